import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on this machine, for as long as a test runs. */
export interface TestServer {
  /** Without a path. */
  readonly url: string;
  readonly close: () => void;
}

/** Starts a server that answers by a function. */
export async function serve(
  answer: (request: IncomingMessage, body: string) => { status?: number; body: unknown },
): Promise<TestServer> {
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { status = 200, body } = answer(request, Buffer.concat(parts).toString("latin1"));
      response.statusCode = status;
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
