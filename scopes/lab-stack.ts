import type { LabConfig } from "../components/lab-config";
import { PlatformNamespace } from "../components/platform-namespace";
import { createBase } from "./base";
import { createLab } from "./lab";
import { type LabStackOutputs, labOutputs } from "./lab-outputs";

/** Everything in one stack: a lab on a cluster of its own. */
export function labStack(config: LabConfig): LabStackOutputs {
  const platform = new PlatformNamespace("platform", { name: config.namespace });
  const base = createBase(config, { namespace: platform.name });
  const lab = createLab(config, {
    namespace: platform.name,
    base,
    registry: base.registry,
    appImage: "gourmetgram-app",
    nodePorts: true,
    ready: base.argo.ready,
  });
  return labOutputs(config, { namespace: platform.name, base, lab });
}
