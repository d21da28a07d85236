import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  VersionApi,
} from "@kubernetes/client-node";
import { existsSync } from "node:fs";
import { kubeconfig } from "../lab/paths";
import { ownCluster } from "../lab/pulumi/own-cluster";
import { askPulumi } from "../lab/pulumi/stack";
import { hasOwnCluster, stackName, stackSetting } from "../lab/stack-settings";

/** The cluster as one identity sees it. */
export interface Cluster {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly objects: CustomObjectsApi;
}

/** The APIs that are asked, with the identity of the configuration. */
export function clusterOf(config: KubeConfig): Cluster {
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    authorization: config.makeApiClient(AuthorizationV1Api),
    objects: config.makeApiClient(CustomObjectsApi),
  };
}

/** The configuration of the cluster that carries the stack: the one that it names, else the embedded one. */
export async function adminConfig(): Promise<KubeConfig> {
  if (!hasOwnCluster()) {
    if (!existsSync(kubeconfig)) throw new Error("the embedded cluster does not exist\n  remedy: npm run up");
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    return config;
  }
  // An encrypted setting, which only Pulumi can read.
  if (typeof stackSetting("kubernetes:kubeconfig") !== "object") return ownCluster();
  const text = await askPulumi(["config", "get", "kubernetes:kubeconfig", "--stack", stackName]);
  if (text === undefined)
    throw new Error(`kubernetes:kubeconfig of stack ${stackName} cannot be decrypted with this passphrase`);
  const config = new KubeConfig();
  if (text.includes("apiVersion:")) config.loadFromString(text);
  else config.loadFromFile(text.trim());
  const context = stackSetting("kubernetes:context");
  if (typeof context === "string") config.setCurrentContext(context);
  return config;
}

/** @throws Error if the API server does not answer within 15 s */
export async function requireAnswer(config: KubeConfig): Promise<void> {
  const server = config.getCurrentCluster()?.server ?? "no server";
  const silence = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no answer within 15 s")), 15_000).unref();
  });
  try {
    await Promise.race([config.makeApiClient(VersionApi).getCode(), silence]);
  } catch (error) {
    throw new Error(
      `the cluster at ${server} cannot be reached: ${reasonOf(error)}\n  remedy: npm run status`,
    );
  }
}

/** The same cluster with the identity of a token. */
export function withToken(config: KubeConfig, user: string, token: string): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig names no cluster");
  const own = new KubeConfig();
  own.loadFromClusterAndUser(cluster, { name: user, token });
  return own;
}

/** The HTTP status with which the API server refused; undefined if the error is something else. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/** What an error says, in one line: the API server's own message where there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = error.body;
    return messageIn(body) ?? `status ${error.code}`;
  }
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0] ?? text;
}

/** The message of a Kubernetes `Status`, which comes as an object or as its text. */
function messageIn(body: unknown): string | undefined {
  const status: unknown = typeof body === "string" ? parsed(body) : body;
  const message = (status as { message?: unknown } | undefined)?.message;
  return typeof message === "string" ? message : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
