/** Requests to the API server that change nothing, whether or not they are allowed. */
import { submission } from "../../../live/workflows/submission";
import type { Request } from "../../clients/send";
import { type Means, triesOf, type TryMaker } from "./try";

/** Authorization comes before the dry run: nothing changes even where something is not refused. */
export const DRY_RUN = "dryRun=All";
const MERGE = { "content-type": "application/merge-patch+json" };

/** More than anything of a student may carry, and less than the API server takes of annotations. */
export const HUGE = "x".repeat(200_000);

/** An owner that nobody looks for. */
export const HUGE_OWNER = { apiVersion: "v1", kind: "ConfigMap", name: HUGE, uid: "verify" };

/** With the rights of whoever runs this. */
export const asAdmin = (request: Request): Means => ({ kind: "admin", ...request });

/** With the kubeconfig of a student. @param because What has to be said where it is refused. */
export const byKubeconfig = (name: string, because?: RegExp): TryMaker<Request> =>
  triesOf(`${name}'s kubeconfig`, (request) => ({ kind: "api", ...request }), { because });

/** A path of the core group in a namespace. */
export function core(namespace: string, rest: string): string {
  return `/api/v1/namespaces/${namespace}/${rest}`;
}

export function get(path: string): Request {
  return { method: "GET", path };
}

/** For what is no object: to run a command, to forward a port. */
export function post(path: string): Request {
  return { method: "POST", path };
}

export function create(path: string, body: unknown): Request {
  return { method: "POST", path: `${path}?${DRY_RUN}`, body };
}

export function submit(
  workflows: string,
  template: string,
  parameters: Readonly<Record<string, string>> = {},
): Request {
  const workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    ...submission(template, parameters),
  };
  return create(workflows, workflow);
}

export function patch(path: string): Request {
  return mergePatch(path, { metadata: { annotations: { tried: "" } } });
}

/** @param body What is merged into the object; a member that is null is removed. */
export function mergePatch(path: string, body: unknown): Request {
  return { method: "PATCH", path: `${path}?${DRY_RUN}`, headers: MERGE, body };
}

export function remove(path: string): Request {
  return { method: "DELETE", path: `${path}?${DRY_RUN}` };
}

export function tokenOf(namespace: string, account: string): Request {
  const body = { spec: { audiences: [], expirationSeconds: 600 } };
  return create(core(namespace, `serviceaccounts/${account}/token`), body);
}
