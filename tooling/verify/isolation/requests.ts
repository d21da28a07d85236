/** Carries out what is tried from outside the cluster. */
import { connect } from "node:net";
import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { clusterConfig } from "../../engine/cluster-access";
import { configFrom } from "../../live/api-clients";
import { registryPlace } from "../clients/registry";
import { type Reply, type Request, send } from "../clients/send";
import type { Student } from "./students/student";
import type { Answer, Fill, Means, NetworkPlace, Storm } from "./tries/try";

/** Milliseconds that a connection may take. */
const DIALLED = 3000;
/** Characters of an answer that a report shows. */
const SHOWN = 250;

/** A request to the API server with the student's kubeconfig. */
export function askApi({ kubeconfig }: Student, request: Request): Promise<Answer> {
  return askWith(configFrom(kubeconfig), request);
}

/** A request of another student, after many of the student's have gone out and before they are answered. */
export async function askAmidStorm(
  own: Student,
  { other, flood, times, ...request }: Storm,
): Promise<Answer> {
  const storm = Array.from({ length: times }, () => askApi(own, flood));
  const answer = await askApi(other, request);
  const arrived = (await Promise.all(storm)).filter(({ kind }) => kind === "status").length;
  // Where little arrives, there was no storm.
  return arrived >= times / 2
    ? answer
    : { kind: "failed", reason: `of ${times} requests at once, ${arrived} were answered` };
}

/**
 * A TCP connection from this machine. Some networks, as those behind a proxy, answer at every address: what answers as an
 * address does that nothing has is not the place.
 */
export async function dial(place: NetworkPlace): Promise<Answer> {
  // The last address of the largest network that the place's can be in. Names are not asked for.
  const nobody = place.host.replace(/^(\d+)\.\d+\.\d+\.\d+$/, "$1.255.255.254");
  const [found, other] = await Promise.all([
    greet(place),
    nobody === place.host ? undefined : greet({ ...place, host: nobody }),
  ]);
  if ("reason" in found) return { kind: "no connection", reason: found.reason };
  // Silence is alike everywhere, so it shows nothing.
  const isAnybody = other !== undefined && "said" in other && found.said !== "" && other.said === found.said;
  return isAnybody
    ? { kind: "no connection", reason: `the network answers for it as for ${nobody}` }
    : { kind: "connected" };
}

/** What a server says to a request that every program of ours answers or ends, without its date. */
function greet(place: NetworkPlace): Promise<{ readonly said: string } | { readonly reason: string }> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: DIALLED });
    let said: string | undefined;
    const end = (reason: string): void => {
      socket.destroy();
      resolve(said === undefined ? { reason } : { said: said.replaceAll(/^date:.*$/gim, "") });
    };
    socket.on("connect", () => {
      said = "";
      socket.write("GET / HTTP/1.0\r\n\r\n");
    });
    socket.on("data", (data) => {
      said = `${said ?? ""}${data.toString("latin1")}`;
    });
    socket.on("timeout", () => end(`none within ${DIALLED / 1000} s`));
    socket.on("error", ({ message }) => end(message));
    socket.on("close", () => end("closed"));
  });
}

/** Requests one after the other, and how much etcd has stored of what the API server let through. */
export async function fill({ kubeconfig }: Student, { requests, most }: Fill): Promise<Answer> {
  const config = configFrom(kubeconfig);
  const begun = Date.now();
  let stored = 0;
  let accepted = 0;
  let refusal = "";
  for (const request of requests) {
    const reply = await sendWith(config, request);
    if ("reason" in reply) return { kind: "failed", reason: reply.reason };
    if (reply.status >= 300) {
      refusal = reply.text;
      continue;
    }
    accepted += 1;
    stored += reply.bytes;
  }
  const text = `${accepted} of ${requests.length} came through, ${(stored / 1e6).toFixed(1)} MB in ${Math.round((Date.now() - begun) / 1000)} s`;
  // Where none comes through, what is refused may be something else.
  if (accepted === 0) return { kind: "failed", reason: `${text}; the last one: ${refusal}` };
  return { kind: "status", status: stored > most ? 200 : 403, text };
}

/** A request to the API server with the rights of whoever runs this. */
export async function askAsAdmin(request: Request): Promise<Answer> {
  return askWith(await clusterConfig(), request);
}

/** A request to the API server with the identity of a configuration. */
export async function askWith(config: KubeConfig, request: Request): Promise<Answer> {
  return answerOf(await sendWith(config, request));
}

async function sendWith(config: KubeConfig, request: Request): Promise<Reply> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) return { reason: "the kubeconfig names no cluster" };
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return send(server, request, options);
}

/** A request to the registry. An upload that it begins is ended at once. */
export async function askRegistry(
  { outputs, registryUser }: Student,
  { as, ...request }: Extract<Means, { kind: "registry" }>,
): Promise<Answer> {
  const [url] = registryPlace(outputs.registry).urls;
  if (url === undefined || registryUser === null) return { kind: "failed", reason: "there is no registry" };
  const options: RequestOptions =
    as === "nobody" ? {} : { auth: `${registryUser.username}:${registryUser.password}` };
  const reply = await send(url, request, options);
  if (!("reason" in reply) && reply.status === 202 && reply.location !== undefined) {
    const { pathname, search } = new URL(reply.location, url);
    await send(url, { method: "DELETE", path: `${pathname}${search}` }, options);
  }
  return answerOf(reply);
}

function answerOf(reply: Reply): Answer {
  if ("reason" in reply) return { kind: "failed", reason: reply.reason };
  const { status, text } = reply;
  // What was got is nobody's business; why it was not is.
  if (status < 300) return { kind: "status", status };
  const message = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"') ?? "";
  return message === ""
    ? { kind: "status", status }
    : { kind: "status", status, text: message.slice(0, SHOWN) };
}
