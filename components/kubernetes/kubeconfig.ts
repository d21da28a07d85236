/** The way to the stack's cluster, found as the Kubernetes provider finds it. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";

/** A kubeconfig, and which of its contexts. */
export interface ClusterAccess {
  /** Its text or its path. @default KUBECONFIG, or the user's own file */
  readonly kubeconfig?: string | undefined;
  /** @default the kubeconfig's current one */
  readonly context?: string | undefined;
}

/** Whether a setting is a kubeconfig's text, and not its path. */
export const isKubeconfigText = (setting: string): boolean => setting.includes("apiVersion");

/** Whether there is a kubeconfig at all. Without one there is no cluster to inspect. */
export function hasKubeconfig({ kubeconfig }: ClusterAccess): boolean {
  if (kubeconfig !== undefined) return isKubeconfigText(kubeconfig) || existsSync(kubeconfig);
  const named = process.env["KUBECONFIG"];
  const files =
    named === undefined || named === "" ? [join(homedir(), ".kube", "config")] : named.split(delimiter);
  return files.some((file) => existsSync(file));
}

/** Loads the kubeconfig. The provider takes the same texts for a path and for a file's content. */
export async function loadKubeconfig({ kubeconfig, context }: ClusterAccess): Promise<KubeConfig> {
  // Only here: loading it takes as long as all the rest of a preview.
  const { KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (isKubeconfigText(kubeconfig)) config.loadFromString(kubeconfig);
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

/** @throws Error if the kubeconfig lacks the context that it was told to use */
export function requireContext(config: KubeConfig): void {
  const known = config.getContexts().map(({ name }) => name);
  const context = config.getCurrentContext();
  if (context === undefined || context === "" || known.includes(context)) return;
  throw new Error(
    `kubernetes:context is ${context}, which the kubeconfig does not have (it has ${known.join(", ") || "none"})`,
  );
}

/** The API server's own message, which its client keeps as a text, or else the error's. */
export function reasonOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  const told = typeof body === "string" ? /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] : undefined;
  return (told ?? message ?? String(error)).replaceAll('\\"', '"').split("\n")[0] ?? "";
}
