import type { LabConfig } from "../config";
import { LabNetwork } from "../components/class";
import { databasePort } from "../components/mlflow";
import { RestrictedNamespace } from "../components/kubernetes";
import { backedUp } from "./services/backed-up";
import { createBase } from "./services/base-services";
import { createLab } from "./services/lab-services";
import type { KeptObject } from "./data/kept-data";
import { type LabStackOutputs, labOutputs } from "./outputs/lab-outputs";
import { labelOwned, outliveStack, reuse } from "./transforms";

/** Everything in one stack: a lab on a cluster of its own. */
export function labStack(config: LabConfig, kept: readonly KeptObject[]): LabStackOutputs {
  labelOwned();
  if (config.keepData) outliveStack();
  reuse(kept);
  const platform = new RestrictedNamespace("platform", { name: config.namespace, holdsData: true });
  const base = createBase(config, { namespace: platform.name });
  const lab = createLab(config, {
    namespace: platform.name,
    base,
    registry: base.registry,
    appImage: "gourmetgram-app",
    trainImage: "gourmetgram-train",
    ready: base.argo.ready,
  });
  new LabNetwork("network", {
    namespace: platform.name,
    stagingNamespace: lab.staging.namespace,
    externalDatabasePort: databasePort(config.mlflowDatabaseUri),
  });
  const outputs = labOutputs(config, { namespace: platform.name, base, lab });
  backedUp(base, outputs, null);
  return outputs;
}
