import * as pulumi from "@pulumi/pulumi";
import { BaseGuard, basePriority, StudentAdmission, studentLevel } from "../components/class";
import type { BaseConfig } from "../config";
import type { Unknown } from "./outputs/lab-outputs";
import type { BaseStackOutputs } from "./outputs/outputs";
import { localPullAddress } from "../components/registry";
import { createBase, placeOf } from "./services/base-services";
import { externalRegistryOf } from "./services/external-registry";
import type { KeptObject } from "./data/kept-data";
import { baseOutput } from "./outputs/base-reference";
import { labelOwned, outliveStack, prioritize, protectBase, reuse } from "./transforms";

/** What a cluster has once for a class. It stays while a student's stack uses it. */
export function baseStack(
  config: BaseConfig,
  kept: readonly KeptObject[],
): Unknown<Omit<BaseStackOutputs, "footprint">> {
  labelOwned();
  if (config.keepData) outliveStack();
  reuse(kept);
  const guard = new BaseGuard("guard", { namespace: config.argoNamespace });
  const admission = new StudentAdmission("admission", {
    argoNamespace: config.argoNamespace,
    registry: externalRegistryOf(config) === undefined ? localPullAddress(placeOf(config)) : undefined,
  });
  protectBase([guard.binding, ...admission.bindings]);
  prioritize(basePriority("priority"));
  studentLevel("api-fairness");
  const base = createBase(config, "students");
  return {
    base: baseOutput(base),
    registry: pulumi.output(base.registry.addresses),
    argoServerUrl: base.argo.serverUrl,
  };
}
