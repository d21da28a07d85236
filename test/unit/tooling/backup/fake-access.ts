/** A lab without a cluster: its MLflow and registry as servers in this process, and its repositories as Git's own. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execaSync } from "execa";
import type { DatabaseRecord, ServedRelease } from "../../../../tooling/backup/file/manifest";
import type { LabAccess, RunInLab } from "../../../../tooling/backup/parts/access";
import type { LabOutputs } from "../../../../stacks";
import { OUTPUTS } from "../../../support/lab-outputs";
import { temporaryFolder } from "../../../support/temporary-folder";

export const digestOf = (content: Buffer | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** A repository as the lab makes it, made once. */
let template: string | undefined;

/** What an empty database holds. */
const EMPTY: DatabaseRecord = {
  experiments: 1,
  runs: 0,
  unfinished: 0,
  models: 0,
  versions: 0,
  staging: null,
  images: [],
  sources: [],
  schema: "abc",
  postgres: 15,
};

export class FakeAccess implements LabAccess {
  readonly stack = "embedded";
  readonly student: string | null = null;
  readonly outputs: LabOutputs;
  /** What the database holds; a dump is this as JSON. */
  data: DatabaseRecord = EMPTY;
  release: ServedRelease | null = null;
  marked: string | null = null;
  readonly artifacts = new Map<string, Buffer>();
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { type: string; text: Buffer }>();
  /** What was done to the lab, in words. */
  readonly done: string[] = [];
  /** Called at each of those; a test throws there. */
  before: (what: string) => void = () => undefined;
  mlflowVersion = "3.17.2";
  readonly folder: string;
  private readonly servers: Server[] = [];
  private urls = { mlflow: "", registry: "" };

  private constructor(pullAddress: string) {
    this.folder = mkdtempSync(join(tmpdir(), "gourmetgram-access-"));
    const reference = `${pullAddress}/gourmetgram-train@sha256:${"0".repeat(64)}`;
    this.outputs = {
      ...OUTPUTS,
      trainingImage: { reference, digest: `sha256:${"0".repeat(64)}` },
      trainRepository: OUTPUTS.trainRepository,
    };
  }

  static async start(pullAddress = "localhost:30500"): Promise<FakeAccess> {
    const access = new FakeAccess(pullAddress);
    access.urls = {
      mlflow: await access.serve((request, response) => access.answerAsMlflow(request, response)),
      registry: await access.serve((request, response) => access.answerAsRegistry(request, response)),
    };
    const [application, training] = ["gourmetgram.git", "gourmetgram-train.git"];
    if (template === undefined) {
      mkdirSync(join(access.folder, application));
      access.gitIn(application, "init", "--quiet", "--bare", "--initial-branch=main");
      access.commit(application, "course", "the lab's");
      access.gitIn(application, "update-ref", "refs/heads/main", "refs/heads/course");
      template = temporaryFolder("template");
      cpSync(join(access.folder, application), template, { recursive: true });
    }
    for (const name of [application, training]) {
      cpSync(template, join(access.folder, name), { recursive: true });
    }
    return access;
  }

  get mlflow(): string {
    return this.urls.mlflow;
  }

  get registry(): LabAccess["registry"] {
    return { url: this.urls.registry, credentials: undefined, prefix: "" };
  }

  readonly staging: LabAccess["staging"] = {
    tested: () => Promise.resolve(this.release),
    serve: (release) => {
      this.act(`serve ${release.modelVersion} ${release.image}`);
      this.release = release;
      return Promise.resolve();
    },
  };

  readonly mark: LabAccess["mark"] = {
    read: () => Promise.resolve(this.marked),
    write: (backup) => {
      this.act(`mark ${backup ?? "nothing"}`);
      this.marked = backup;
      return Promise.resolve();
    },
  };

  readonly restart = (workload: "mlflow" | "git"): Promise<void> => {
    this.act(`restart ${workload}`);
    return Promise.resolve();
  };

  readonly close = (): Promise<void> => Promise.resolve();

  /** Runs what is meant for the container here, with the folder of its volume in place of the volume's. */
  readonly git: RunInLab = async (command, { input, output } = {}) => {
    this.act("git");
    const [program = "", ...args] = command.map((each) => each.replace("/srv/git", this.folder));
    const child = spawn(program, args);
    let said = "";
    child.stderr.on("data", (part: Buffer) => {
      said += part.toString();
    });
    // A program may end before it has read everything.
    child.stdin.on("error", () => undefined);
    input?.pipe(child.stdin, { end: false });
    const ended = once(child, "close");
    await pipeline(child.stdout, output ?? new PassThrough().resume());
    const [code] = (await ended) as [number];
    if (code !== 0) throw new Error(said);
    return said;
  };

  /** Postgres's programs as far as they are asked here: a dump is the record of what is in the database. */
  readonly database: RunInLab = async (command, { input, output } = {}) => {
    const script = command.join(" ");
    if (script.includes("pg_dump")) {
      this.act("dump");
      output?.end(JSON.stringify(this.data));
      return `${JSON.stringify(this.data)}\nDUMPED\n`;
    }
    if (script.includes("pg_restore")) {
      const [size = "", old = "", fresh = ""] = command.slice(-3);
      this.act("restore database");
      const read: Buffer[] = [];
      for await (const part of input ?? []) read.push(part as Buffer);
      const text = Buffer.concat(read).toString();
      if (text.length !== Number(size)) throw new Error(`${text.length} bytes came, not ${size}`);
      this.data = JSON.parse(text.replaceAll(`"${old}`, `"${fresh}`)) as DatabaseRecord;
      return "";
    }
    output?.end(JSON.stringify(this.data));
    return "";
  };

  /** Makes a commit on a branch. */
  commit(repository: string, branch: string, message: string): void {
    const tree = this.gitIn(repository, "hash-object", "-t", "tree", "-w", "/dev/null");
    const as = ["-c", "user.name=a", "-c", "user.email=a@b"];
    const commit = this.gitIn(repository, ...as, "commit-tree", tree, "-m", message);
    this.gitIn(repository, "update-ref", `refs/heads/${branch}`, commit);
  }

  /** The branches of a repository, with the messages of their newest commits. */
  branches(repository: string): string[] {
    const format = "--format=%(refname:short) %(contents:subject)";
    return this.gitIn(repository, "for-each-ref", format).split("\n");
  }

  private gitIn(repository: string, ...args: readonly string[]): string {
    return execaSync("git", ["-C", join(this.folder, repository), ...args]).stdout.trim();
  }

  /** Stores an image of layers. @returns its digest */
  push(repository: string, ...layers: readonly string[]): string {
    const entries = layers.map((layer) => ({ digest: digestOf(layer), size: layer.length }));
    for (const layer of layers) this.blobs.set(`${repository} ${digestOf(layer)}`, Buffer.from(layer));
    const [config, ...rest] = entries;
    const type = "application/vnd.oci.image.manifest.v1+json";
    const text = Buffer.from(JSON.stringify({ mediaType: type, config, layers: rest }));
    this.manifests.set(`${repository} ${digestOf(text)}`, { type, text });
    return digestOf(text);
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    }
    rmSync(this.folder, { recursive: true });
  }

  private act(what: string): void {
    this.before(what);
    this.done.push(what);
  }

  private async serve(
    answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ): Promise<string> {
    const server = createServer((request, response) => {
      answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.servers.push(server);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private async answerAsMlflow(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://mlflow");
    if (pathname === "/version") return end(response, 200, this.mlflowVersion);
    const [, rest = ""] = pathname.split("/api/2.0/mlflow-artifacts/artifacts");
    const path = decodeURIComponent(rest.slice(1));
    if (request.method === "PUT") {
      // As MLflow has it: without a size there is nothing.
      const length = Number(request.headers["content-length"] ?? 0);
      this.act(`store ${path}`);
      this.artifacts.set(path, (await bodyOf(request)).subarray(0, length));
      return end(response, 200, "{}");
    }
    if (path === "")
      return end(response, 200, JSON.stringify({ files: this.folderAt(searchParams.get("path")) }));
    const found = this.artifacts.get(path);
    return end(response, found === undefined ? 404 : 200, found ?? "");
  }

  /** As MLflow lists a folder: the last parts of the names alone. */
  private folderAt(path: string | null): { path: string; is_dir: boolean; file_size?: number }[] {
    const prefix = path === null ? "" : `${path}/`;
    const names = [...this.artifacts.keys()].filter((name) => name.startsWith(prefix));
    const parts = new Set(names.map((name) => name.slice(prefix.length).split("/")[0] ?? ""));
    return [...parts].map((part) => {
      const file = this.artifacts.get(prefix + part);
      return file === undefined
        ? { path: part, is_dir: true }
        : { path: part, is_dir: false, file_size: file.length };
    });
  }

  /** As the Distribution registry does it: it refuses a wrong digest, and a manifest without its layers. */
  private async answerAsRegistry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://registry");
    const [, repository = "", kind = "", name = ""] =
      /^\/v2\/(.+)\/(blobs|manifests)\/(.*)$/.exec(pathname) ?? [];
    const key = `${repository} ${name}`;
    const body = await bodyOf(request);
    if (request.method === "POST") {
      const blob = this.blobs.get(`${searchParams.get("from") ?? ""} ${searchParams.get("mount") ?? ""}`);
      if (blob === undefined) {
        response.setHeader("location", `/v2/${repository}/blobs/uploads/1?_state=kept`);
        return end(response, 202, "");
      }
      this.act(`mount ${repository}`);
      this.blobs.set(`${repository} ${searchParams.get("mount") ?? ""}`, blob);
      return end(response, 201, "");
    }
    if (request.method === "PUT" && kind === "blobs") {
      const digest = searchParams.get("digest") ?? "";
      if (digestOf(body) !== digest) return end(response, 400, "wrong digest");
      this.act(`blob of ${repository}`);
      this.blobs.set(`${repository} ${digest}`, body);
      return end(response, 201, "");
    }
    if (request.method === "PUT") {
      const { config, layers } = JSON.parse(body.toString()) as Record<"config", { digest: string }> & {
        layers: { digest: string }[];
      };
      if (![config, ...layers].every(({ digest }) => this.blobs.has(`${repository} ${digest}`))) {
        return end(response, 400, "unknown blob");
      }
      this.act(`manifest of ${repository}`);
      this.manifests.set(key, { type: request.headers["content-type"] ?? "", text: body });
      return end(response, 201, "");
    }
    const manifest = this.manifests.get(key);
    if (kind === "manifests" && manifest !== undefined) response.setHeader("content-type", manifest.type);
    const found = kind === "blobs" ? this.blobs.get(key) : manifest?.text;
    return end(response, found === undefined ? 404 : 200, request.method === "HEAD" ? "" : (found ?? ""));
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function end(response: ServerResponse, status: number, content: string | Buffer): void {
  response.writeHead(status).end(content);
}
