import type { LabConfig } from "../config";
import { PlatformNamespace } from "../components/namespace";
import { createBase } from "./base-services";
import { createLab } from "./lab-services";
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
