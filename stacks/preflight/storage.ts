import type { V1StorageClass } from "@kubernetes/client-node";
import { footprintOf } from "../footprint/footprint";
import { type Inspection } from "./finding";
import { setCommand } from "../../config";

const DEFAULT = "storageclass.kubernetes.io/is-default-class";

/** Whether there is a storage class for the stack's volumes. Without one their pods would wait for ever. */
export const storageClass: Inspection = async ({ config, cluster }) => {
  if (footprintOf(config).volumes === 0) return [];
  const classes = await cluster.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass");
  if (classes === undefined) return [];
  const names = classes.map(({ metadata }) => metadata?.name ?? "");
  const choices = names.length === 0 ? "the cluster has none" : `the cluster has ${names.join(", ")}`;
  const remedies =
    names.length === 0
      ? ["install a storage provisioner with a default class"]
      : [setCommand("storageClass", names[0] ?? "")];
  const wanted = config.storageClass;
  if (wanted !== undefined) {
    if (names.includes(wanted)) return [];
    return [{ problem: `gourmetgram:storageClass is ${wanted}, which does not exist: ${choices}`, remedies }];
  }
  const hasDefault = classes.some(({ metadata }) => metadata?.annotations?.[DEFAULT] === "true");
  return hasDefault
    ? []
    : [{ problem: `there is no default storage class for the stack's volumes: ${choices}`, remedies }];
};
