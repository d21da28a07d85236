import type { ExternalRegistryArgs } from "../../components/registry";
import { type StackConfig, together } from "../../config";

/** The external registry of the stack's settings; nothing where the stack uses the local one. */
export function externalRegistryOf(config: StackConfig): ExternalRegistryArgs | undefined {
  if (config.externalRegistry === undefined) return undefined;
  return {
    address: config.externalRegistry,
    inClusterAddress: config.externalRegistryInCluster,
    plainHttp: config.externalRegistryPlainHttp,
    credentials: together({
      username: config.externalRegistryUsername,
      password: config.externalRegistryPassword,
    }),
    // The other addresses of a class's registry are outputs of its base.
    ...(config.scope === "student"
      ? {}
      : { pushAddress: config.registryPushAddress, pullAddress: config.registryPullAddress }),
  };
}
