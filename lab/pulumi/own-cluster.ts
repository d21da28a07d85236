import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { stackName, stackSetting } from "../stack-settings";

/** The cluster that the stack names, as the Kubernetes provider will read it. */
export function ownCluster(): KubeConfig {
  const config = new KubeConfig();
  const setting = stackSetting("kubernetes:kubeconfig");
  // A path or the text itself, as the provider allows; an encrypted one is the provider's to read.
  if (typeof setting === "string" && setting.includes("apiVersion:")) config.loadFromString(setting);
  else if (typeof setting === "string") config.loadFromFile(setting);
  else config.loadFromDefault();
  const context = stackSetting("kubernetes:context");
  if (typeof context === "string") {
    const known = config.getContexts().map((each) => each.name);
    if (!known.includes(context)) {
      throw new Error(
        `kubernetes:context of stack ${stackName} is ${context}, which the kubeconfig does not have (it has ${known.join(", ") || "none"})\n` +
          `  remedy: pulumi config set kubernetes:context NAME --stack ${stackName}`,
      );
    }
    config.setCurrentContext(context);
  }
  return config;
}

/** @throws if the stack's own cluster does not answer; nothing has been changed then */
export async function requireCluster(): Promise<void> {
  if (typeof stackSetting("kubernetes:kubeconfig") === "object") return;
  const config = ownCluster();
  const server = config.getCurrentCluster()?.server ?? "no server";
  try {
    await Promise.race([
      config.makeApiClient(VersionApi).getCode(),
      new Promise((_, reject) =>
        setTimeout(() => reject(new Error("no answer within 15 s")), 15_000).unref(),
      ),
    ]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new Error(
      `the cluster of stack ${stackName} at ${server} cannot be reached: ${String(reason)}\n` +
        `  remedy: check with kubectl --context ${config.getCurrentContext()} version, or name another: pulumi config set kubernetes:context NAME`,
    );
  }
}
