import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
} from "@kubernetes/client-node";
import { messageOf } from "../support/errors";

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

/** The configuration that a kubeconfig's text holds. */
export function configFrom(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return config;
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

/** What is there, or undefined where neither it nor its kind is. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** What an error says, in one line: the API server's own message where there is one. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = error.body;
    return messageIn(body) ?? `status ${error.code}`;
  }
  const text = messageOf(error);
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
