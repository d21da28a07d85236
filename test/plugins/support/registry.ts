import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const digestOf = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** The few requests of the registry's API that the layer cache sends. Like a real registry, it refuses a wrong digest. */
export class Registry {
  private readonly blobs = new Map<string, Buffer>();
  private readonly manifests = new Map<string, Buffer>();
  /** What was sent, as `method path`, without the search. */
  readonly requests: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Registry> {
    const server = createServer();
    const registry = new Registry(server);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void registry.answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Takes an image, as from a push, and gives its digest. */
  push(repository: string, ...layers: readonly Buffer[]): string {
    const entries = layers.map((layer) => ({ digest: digestOf(layer), size: layer.length }));
    for (const layer of layers) this.blobs.set(`${repository} ${digestOf(layer)}`, layer);
    const manifest = Buffer.from(JSON.stringify({ layers: entries }));
    this.manifests.set(`${repository} ${digestOf(manifest)}`, manifest);
    return digestOf(manifest);
  }

  has(repository: string, layer: Buffer): boolean {
    return this.blobs.has(`${repository} ${digestOf(layer)}`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const content = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://registry");
    this.requests.push(`${request.method ?? ""} ${pathname}`);
    const [, repository = "", kind, name = ""] = /^\/v2\/(.+)\/(blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    if (request.method === "POST") {
      const mounted = searchParams.get("mount") ?? "";
      const blob = this.blobs.get(`${searchParams.get("from") ?? ""} ${mounted}`);
      if (blob !== undefined) this.blobs.set(`${repository} ${mounted}`, blob);
      const location = `/v2/${repository}/blobs/uploads/1?_state=kept`;
      return end(response.writeHead(blob === undefined ? 202 : 201, { location }));
    }
    if (request.method === "PUT") {
      const digest = searchParams.get("digest") ?? "";
      if (searchParams.get("_state") !== "kept" || digestOf(content) !== digest) {
        return end(response.writeHead(400));
      }
      this.blobs.set(`${repository} ${digest}`, content);
      return end(response.writeHead(201));
    }
    const found = (kind === "blobs" ? this.blobs : this.manifests).get(`${repository} ${name}`);
    end(response.writeHead(found === undefined ? 404 : 200), found);
  }
}

function end(response: ServerResponse, content?: Buffer): void {
  response.end(content);
}
