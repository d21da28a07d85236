import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a {@link DockerDaemon} does wrong. */
export interface Faults {
  /** What the step of a build says before it fails. */
  build?: string;
  /** What the registry says to a push. */
  push?: string;
  /** How many pushes find nobody listening at the registry. */
  refusedPushes?: number;
  /** Whether a build never ends. */
  hang?: boolean;
}

/**
 * The few requests of the Docker Engine API that the Docker command line sends for building, pushing and
 * inspecting. It builds nothing: the tests that use it are about what the real command line is told and what
 * becomes of its answers, on machines without a daemon.
 */
export class DockerDaemon {
  readonly builds: URLSearchParams[] = [];
  readonly pushes: { name: string; credentials: unknown }[] = [];
  faults: Faults = {};
  /** Called when a build has begun. */
  onBuild: () => void = () => undefined;
  /** How many pushes there were at the same time. */
  mostPushesAtOnce = 0;
  private pushed = 0;
  private pushing = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<DockerDaemon> {
    const server = createServer();
    const daemon = new DockerDaemon(server);
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      request.resume().on("end", () => daemon.answer(request, response));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return daemon;
  }

  /** The value of DOCKER_HOST that leads here. */
  get host(): string {
    return `tcp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The digest of what the push with this number, from 1, leads to; 0 gives the id of the image. */
  static digest(push: number): string {
    return `sha256:${createHash("sha256").update(String(push)).digest("hex")}`;
  }

  /** Forgets what was built and pushed, and does nothing wrong from now on. */
  reset(): void {
    this.builds.length = 0;
    this.pushes.length = 0;
    this.pushed = 0;
    this.mostPushesAtOnce = 0;
    this.faults = {};
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", this.host);
    const path = url.pathname.replace(/^\/v[\d.]+/, "");
    const image = /^\/images\/(.+)\/(push|json)$/.exec(decodeURIComponent(path));
    response.setHeader("Api-Version", "1.41").setHeader("Content-Type", "application/json");
    if (path === "/_ping") {
      response.end("OK");
    } else if (path === "/containers/json") {
      response.end("[]");
    } else if (path === "/build") {
      this.build(url.searchParams, response);
    } else if (image?.[2] === "push") {
      this.push(`${image[1] ?? ""}:${url.searchParams.get("tag") ?? ""}`, request, response);
    } else if (image?.[2] === "json") {
      response.end(JSON.stringify({ Id: DockerDaemon.digest(0) }));
    } else {
      response.writeHead(404).end(JSON.stringify({ message: `no ${path} here` }));
    }
  }

  private build(order: URLSearchParams, response: ServerResponse): void {
    this.builds.push(order);
    send(response, { stream: "Step 1/1 : FROM scratch\n" });
    this.onBuild();
    if (this.faults.hang === true) {
      return;
    }
    if (this.faults.build !== undefined) {
      send(response, { stream: `${this.faults.build}\n` });
      send(response, {
        errorDetail: { code: 1, message: "the command '/bin/sh -c pip install' returned 1" },
      });
    }
    response.end();
  }

  private push(name: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const auth = Buffer.from(String(headers["x-registry-auth"]), "base64url").toString();
    this.pushes.push({ name, credentials: JSON.parse(auth) });
    this.pushing += 1;
    this.mostPushesAtOnce = Math.max(this.mostPushesAtOnce, this.pushing);
    const refused = (this.faults.refusedPushes ?? 0) >= this.pushes.length;
    const fault = refused ? "dial tcp 127.0.0.1:30500: connect: connection refused" : this.faults.push;
    if (fault === undefined) {
      this.pushed += 1;
      send(response, { status: `v1: digest: ${DockerDaemon.digest(this.pushed)} size: 528` });
    } else {
      send(response, { errorDetail: { message: fault }, error: fault });
    }
    const end = (): void => {
      this.pushing -= 1;
      response.end();
    };
    // Long enough for another one to begin meanwhile.
    if (fault === undefined) setTimeout(end, 100);
    else end();
  }
}

function send(response: ServerResponse, message: unknown): void {
  response.write(`${JSON.stringify(message)}\n`);
}
