import * as pulumi from "@pulumi/pulumi";
import { BaseGuard, BASE_PRIORITY, BasePriority } from "../components/class";
import type { LabConfig } from "../config";
import type { BaseStackOutputs as Values } from "./outputs";
import { createBase } from "./base-services";
import { baseOutput } from "./base-reference";
import { markBase } from "./transforms";

/** The outputs before they are known. */
export type BaseStackOutputs = {
  readonly [Name in Exclude<keyof Values, "footprint">]: pulumi.Output<Values[Name]>;
};

/** What a cluster has once for a class. It stays while a student's stack uses it. */
export function baseStack(config: LabConfig): BaseStackOutputs {
  const guard = new BaseGuard("guard", { namespace: config.argo.namespace });
  markBase(guard.binding, BASE_PRIORITY);
  new BasePriority("priority");
  const base = createBase(config, "students");
  return {
    base: baseOutput(base),
    registry: pulumi.output(base.registry.addresses),
    argoServerUrl: base.argo.serverUrl,
    builder: pulumi.output(base.builder).apply(({ address, namespace }) => ({ address, namespace })),
  };
}
