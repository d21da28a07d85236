import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { execa } from "execa";
import { guardConfig } from "../../../components/registry/registry-guard-config";
import { MEASURE } from "../../../components/registry/registry-space";
import { registryConfiguration } from "../../../tooling/cluster/images/registry-configuration";
import { freePort } from "../../support/free-port";

/** What is sent beside method and path. */
export interface Asking {
  /** Who asks, with this user's password. @default nobody */
  readonly as?: string;
  readonly password?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Address of this machine's own interface from which it is asked. @default 127.0.0.1 */
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The real registry behind the real nginx, both on this machine's own interface, for as long as a test runs. */
export class GuardedRegistry {
  private constructor(
    private readonly folder: string,
    private readonly children: ChildProcess[],
    private readonly program: string,
    /** KiB that an owner may take. */
    private readonly limit: number,
    /** Port of the guard. */
    public readonly port: number,
  ) {}

  /**
   * @param limit KiB that an owner may take.
   * @throws Error if the registry does not answer through the guard within 20 s
   */
  static async start(
    registryProgram: string,
    users: readonly string[],
    limit = 1024 * 1024,
  ): Promise<GuardedRegistry> {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-guard-"));
    const [port, registryPort] = [await freePort(), await freePort()];
    for (const name of ["users", "temp", "data", "space"]) mkdirSync(join(folder, name));
    const config = guardConfig(
      {
        listen: `127.0.0.1:${port}`,
        registry: `127.0.0.1:${registryPort}`,
        users: join(folder, "users"),
        temp: join(folder, "temp"),
        space: join(folder, "space"),
      },
      limit,
    );
    writeFileSync(join(folder, "nginx.conf"), config);
    writeFileSync(join(folder, "registry.yml"), registryConfiguration);
    const output = openSync(join(folder, "output"), "a");
    const start = (program: string, args: string[], env: Record<string, string> = {}): ChildProcess =>
      spawn(program, args, { stdio: ["ignore", output, output], env: { ...process.env, ...env } });
    const registry = start(registryProgram, ["serve", join(folder, "registry.yml")], {
      REGISTRY_HTTP_ADDR: `127.0.0.1:${registryPort}`,
      REGISTRY_HTTP_DEBUG_ADDR: "",
      REGISTRY_HTTP_RELATIVEURLS: "true",
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: join(folder, "data"),
      REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR: "",
      REGISTRY_STORAGE_DELETE_ENABLED: "true",
      OTEL_TRACES_EXPORTER: "none",
    });
    // Started by root it would work as somebody else, who may not look into the folder.
    const user = `user ${userInfo().username};`;
    const guard = start("nginx", ["-e", "stderr", "-g", user, "-c", join(folder, "nginx.conf")]);
    const started = new GuardedRegistry(folder, [guard, registry], registryProgram, limit, port);
    for (const user of users) started.addUser(user);
    await started.ready();
    return started;
  }

  /** As a student's stack does: a file appears, and nothing is started again. */
  addUser(user: string): void {
    // The rounds do not matter here, and fewer are quicker.
    writeFileSync(join(this.folder, "users", user), `${user}:${hashSync(passwordOf(user), 4)}\n`);
  }

  /** Sends a path as it is: a client that tidies it up would hide what the guard has to withstand. */
  ask(method: string, path: string, asking: Asking = {}): Promise<Answer> {
    return send(this.port, method, path, asking);
  }

  /** Pushes an image of one layer, and returns the digests of what it is made of. */
  async push(repository: string, as: string, layer: string): Promise<{ layer: string; manifest: string }> {
    const config = await this.upload(repository, as, "{}");
    const digest = await this.upload(repository, as, layer);
    const manifest = manifestOf({ digest: config, size: 2 }, { digest, size: layer.length });
    const put = await this.putManifest(repository, "latest", manifest, as);
    if (put.status !== 201) throw new Error(`PUT manifest: ${put.status} ${put.body}`);
    return { layer: digest, manifest };
  }

  putManifest(repository: string, tag: string, manifest: string, as?: string): Promise<Answer> {
    const headers = { "Content-Type": MANIFEST };
    const asking = { headers, body: manifest, ...(as === undefined ? {} : { as }) };
    return this.ask("PUT", `/v2/${repository}/manifests/${tag}`, asking);
  }

  /** Uploads a blob in the steps that Docker takes. */
  async upload(repository: string, as: string, content: string): Promise<string> {
    const begun = await this.ask("POST", `/v2/${repository}/blobs/uploads/`, { as });
    if (begun.status !== 202) throw new Error(`POST uploads: ${begun.status} ${begun.body}`);
    const patched = await this.ask("PATCH", String(begun.headers["location"]), {
      as,
      body: content,
      headers: { "Content-Type": "application/octet-stream", "Transfer-Encoding": "chunked" },
    });
    if (patched.status !== 202) throw new Error(`PATCH upload: ${patched.status} ${patched.body}`);
    const digest = digestOf(content);
    const put = await this.ask("PUT", `${String(patched.headers["location"])}&digest=${digest}`, { as });
    if (put.status !== 201) throw new Error(`PUT upload: ${put.status} ${put.body}`);
    return digest;
  }

  /** Measures the owners' space once, as it is done beside the guard. */
  async measure(): Promise<void> {
    const space = join(this.folder, "space");
    await execa("sh", ["-c", MEASURE, "space", this.data, space, String(this.limit)]);
  }

  /** Folder in which the guard may write. */
  get temp(): string {
    return join(this.folder, "temp");
  }

  /** Folder of what the registry keeps. */
  get data(): string {
    return join(this.folder, "data", "docker", "registry", "v2");
  }

  /** What the registry and the guard have printed. */
  get output(): string {
    return readFileSync(join(this.folder, "output"), "utf8");
  }

  /** Runs another command of the registry's program with the server's settings. */
  async runProgram(...args: string[]): Promise<string> {
    const env = { REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: join(this.folder, "data") };
    return (await execa(this.program, [...args, join(this.folder, "registry.yml")], { env })).stdout;
  }

  async stop(): Promise<void> {
    for (const child of this.children.filter(isRunning)) {
      child.kill();
      await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }

  /** Ends the registry alone. */
  async stopRegistry(): Promise<void> {
    const registry = this.children.at(-1);
    registry?.kill();
    if (registry !== undefined) await once(registry, "exit");
  }

  private async ready(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const status = await this.ask("GET", "/healthz").then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) return;
      if (attempt === 100) {
        const { output } = this;
        await this.stop();
        throw new Error(`the registry does not answer through the guard:\n${output}`);
      }
      await delay(200);
    }
  }
}

export const passwordOf = (user: string): string => `the password of ${user}`;

export const digestOf = (content: string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

interface Part {
  readonly digest: string;
  readonly size: number;
}

export const manifestOf = (config: Part, layer: Part): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer }],
  });

function send(port: number, method: string, path: string, asking: Asking): Promise<Answer> {
  const { as, body, from = "127.0.0.1", password = as === undefined ? "" : passwordOf(as) } = asking;
  const auth = as === undefined ? {} : { auth: `${as}:${password}` };
  return new Promise((resolve, reject) => {
    const headers = { Accept: `${MANIFEST}, */*`, ...asking.headers };
    const sent = request({ port, host: "127.0.0.1", localAddress: from, method, path, headers, ...auth });
    sent.on("error", reject).on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    sent.end(body);
  });
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode === null && signalCode === null;
