import { createHmac, randomUUID } from "node:crypto";
import { tokenSecretOf, WEBHOOK_CLIENTS } from "../../../components/argo";
import { ACCOUNTS } from "../../../components/rbac";
import type { Cluster } from "../../live/api-clients";
import { send } from "../clients/send";

/** An event as its sender makes it. */
export interface Event {
  /** The last part of the address; Argo calls it the discriminator. */
  readonly kind: "push" | "new-data" | "model-degraded";
  readonly body: unknown;
  /** Headers besides the content type and what proves who sends it. @default none */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a sender proves who it is: by a signature as GitHub makes it, by a token, or not at all. */
export type Proof = { readonly secret: string } | { readonly token: string } | "none";

/** What Argo's server answers to an event. */
export interface EventAnswer {
  readonly status: number;
  readonly text: string;
}

/** Where events are sent. */
export interface EventPlace {
  /** Address of Argo's server from this machine. */
  readonly argoServerUrl: string;
  /** Namespace of the bindings. */
  readonly namespace: string;
}

/** The secret with which the events of a namespace are signed. */
export async function eventSecret({ core }: Pick<Cluster, "core">, namespace: string): Promise<string> {
  const client = await secretValue(core, namespace, WEBHOOK_CLIENTS, ACCOUNTS.webhook);
  return (JSON.parse(client) as { secret: string }).secret;
}

/** The token of the account that starts what events ask for. */
export function eventToken({ core }: Pick<Cluster, "core">, namespace: string): Promise<string> {
  return secretValue(core, namespace, tokenSecretOf(ACCOUNTS.webhook), "token");
}

async function secretValue(
  core: Cluster["core"],
  namespace: string,
  name: string,
  key: string,
): Promise<string> {
  const { data } = await core.readNamespacedSecret({ name, namespace });
  return Buffer.from(data?.[key] ?? "", "base64").toString();
}

/** The headers of an event. */
export function headersOf({ headers = {} }: Event, body: string, proof: Proof): Record<string, string> {
  const common = { "Content-Type": "application/json", ...headers };
  if (proof === "none") return common;
  if ("token" in proof) return { ...common, Authorization: `Bearer ${proof.token}` };
  const signature = createHmac("sha256", proof.secret).update(body).digest("hex");
  return { ...common, "X-GitHub-Delivery": randomUUID(), "X-Hub-Signature-256": `sha256=${signature}` };
}

/**
 * Sends an event to Argo's server, from outside the cluster.
 *
 * @throws Error if the server does not answer
 */
export async function sendEvent(
  { argoServerUrl, namespace }: EventPlace,
  event: Event,
  proof: Proof,
  signal: AbortSignal,
): Promise<EventAnswer> {
  const { body, kind } = event;
  const headers = headersOf(event, JSON.stringify(body), proof);
  const path = `/api/v1/events/${namespace}/${kind}`;
  // The server makes its certificate itself. It answers when what is asked for was started.
  const options = { rejectUnauthorized: false, signal, timeout: 0 };
  const reply = await send(argoServerUrl, { method: "POST", path, headers, body }, options);
  if ("reason" in reply) throw new Error(reply.reason);
  return reply;
}
