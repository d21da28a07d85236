/** Requests that go out as they are written. */
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";

/** Milliseconds that an answer may take. */
const TIMEOUT = 20_000;

/** An HTTP request. The path goes out as it is written here. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a server says, or why it says nothing. */
export type Reply =
  | {
      readonly status: number;
      /** The beginning of it. */
      readonly text: string;
      /** All of it. */
      readonly bytes: number;
      readonly location: string | undefined;
    }
  | { readonly reason: string };

/**
 * Sends a request. Not by `fetch`, which tidies paths up: a path such as `/a/../b` has to arrive as it is.
 *
 * @param base Address of the server.
 * @param options A timeout of its own, in milliseconds, and who asks. @default 20 s, and nobody
 */
export function send(
  base: string,
  { method, path, headers, body }: Request,
  options: RequestOptions,
): Promise<Reply> {
  const url = new URL(base);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all: RequestOptions = {
    timeout: TIMEOUT,
    ...options,
    method,
    host: url.hostname,
    port: url.port,
    path: `${url.pathname.replace(/\/$/, "")}${path}`,
    headers: {
      ...options.headers,
      ...(text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
      ...headers,
    },
  };
  return new Promise((resolve) => {
    const sent = url.protocol === "https:" ? httpsRequest(all) : httpRequest(all);
    sent.on("response", (response: IncomingMessage) => {
      let said = "";
      let bytes = 0;
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        said = (said + part).slice(0, 10_000);
        bytes += Buffer.byteLength(part);
      });
      const done = (): void =>
        resolve({
          status: response.statusCode ?? 0,
          text: said,
          bytes,
          location: response.headers.location,
        });
      response.on("end", done).on("error", done);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${(all.timeout ?? 0) / 1000} s`)));
    sent.on("error", (error) => resolve({ reason: error.message }));
    sent.end(text);
  });
}
