import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "./paths";

/** The stack that `up` and its sisters work on. @default dev, or the environment variable GOURMETGRAM_STACK */
export const stackName = process.env["GOURMETGRAM_STACK"] ?? "dev";

export const stackFile = join(checkout, `Pulumi.${stackName}.yaml`);

/** A setting of the stack's file, as the file has it; undefined where the file does not set it. */
export function stackSetting(key: string): unknown {
  if (!existsSync(stackFile)) return undefined;
  const file = parse(readFileSync(stackFile, "utf8")) as { config?: Record<string, unknown> } | null;
  return file?.config?.[key];
}

/** The default that the project file declares for one of this project's keys. */
function declaredDefault(key: string): unknown {
  const project = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  return project.config[key]?.default;
}

/** A node port of this project's settings. */
export function nodePort(key: "registryNodePort" | "mlflowNodePort" | "argoServerNodePort"): number {
  return Number(stackSetting(`gourmetgram:${key}`) ?? declaredDefault(key));
}

/**
 * Whether the stack names a cluster of its own. The embedded cluster is for stacks that do not: whatever cluster the
 * user's kubectl happens to point at is never touched unasked.
 */
export function hasOwnCluster(): boolean {
  return ["kubernetes:kubeconfig", "kubernetes:context"].some((key) => stackSetting(key) !== undefined);
}
