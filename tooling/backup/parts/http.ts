/** Requests with bodies of any size, which are neither held in memory nor sent without their size. */
import { type IncomingMessage, request } from "node:http";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export interface Sent {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  /** With its size in bytes: MLflow takes a body of unknown size for an empty one. */
  readonly body?: { readonly content: Readable | Buffer; readonly bytes: number };
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds without a sign of life after which a server has failed. */
const PATIENCE = 120_000;

/**
 * Sends a request by plain HTTP, and gives the answer, to be read or drained.
 *
 * @throws Error if nobody answers
 */
export async function send(
  url: string,
  { method = "GET", headers = {}, body, signal }: Sent = {},
): Promise<IncomingMessage> {
  const length = body === undefined ? (method === "POST" ? 0 : undefined) : body.bytes;
  const asked = request(url, {
    method,
    // A connection may be a port-forward, of which nobody tells when the pod behind it was replaced.
    agent: false,
    headers: { ...headers, ...(length === undefined ? {} : { "content-length": String(length) }) },
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    asked.on("response", resolve).on("error", reject);
    asked.setTimeout(PATIENCE, () => asked.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)));
  }).catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const said = code === "EPIPE" || code === "ECONNRESET" ? `the connection was lost (${message})` : message;
    throw new Error(`${method} ${url}: ${said}`, { cause: error });
  });
  if (body === undefined) {
    asked.end();
    return answer;
  }
  const content = body.content instanceof Readable ? body.content : Readable.from([body.content]);
  // A server may refuse before it has read everything.
  const sent = pipeline(content, asked).catch(() => undefined);
  const given = await answer;
  void sent;
  return given;
}

/** @throws Error with what the server says unless its answer has one of these statuses */
export async function requireStatus(
  answer: IncomingMessage,
  what: string,
  statuses: readonly number[],
): Promise<IncomingMessage> {
  if (statuses.includes(answer.statusCode ?? 0)) return answer;
  const said = await text(answer).catch(() => "");
  throw new Error(`${what}: the server answered ${answer.statusCode ?? 0}: ${said.slice(0, 300).trim()}`);
}
