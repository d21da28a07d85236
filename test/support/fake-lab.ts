import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { versions } from "../../tooling/machine/versions";
import { checkout } from "./checkout";
import { temporaryFolder } from "./temporary-folder";

/** How a program answers to arguments that begin so. The first that fits counts; without one it ends well, silently. */
export interface Answer {
  readonly to: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Only once another program was asked something that begins so. @default always */
  readonly once?: readonly [program: FakeProgram, asked: string];
}

let folderOfBundles: string | undefined;

/** A folder with what the tooling reads of a checkout: what the engine's plugins and the programs are made from. */
function bundles(): string {
  if (folderOfBundles !== undefined) return folderOfBundles;
  const folder = temporaryFolder("compiled");
  const sources = ["tooling/engine/plugins", "tooling/toolchain", "images"];
  for (const name of [...sources, "package.json", "package-lock.json", "Pulumi.yaml"]) {
    cpSync(join(checkout, name), join(folder, name), { recursive: true });
  }
  return (folderOfBundles = folder);
}

/** Puts modules of the tooling there as one file with all that they use, made once: a process loads it in a moment. */
async function bundle(modules: readonly string[]): Promise<string> {
  const name = `${modules.join("+").replaceAll("/", "-")}.cjs`;
  if (!existsSync(join(bundles(), name))) {
    const { requiredPackages } = await import("../../tooling/launch/compile.mjs");
    const contents = modules.map((module) => `export * from "./${module}";`).join("\n");
    await build({
      stdin: { contents, resolveDir: join(checkout, "tooling") },
      outfile: join(bundles(), name),
      bundle: true,
      format: "cjs",
      platform: "node",
      target: "node20",
      plugins: [requiredPackages],
      logLevel: "error",
    });
  }
  return name;
}

/** How a piece of the tooling has ended that ran in its own process. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The tooling in a process of its own, with a home, a checkout, an engine and a Docker that are there for one test: so
 * that what destroys things can be tried on nothing.
 */
export class FakeLab {
  readonly folder = mkdtempSync(join(tmpdir(), "gourmetgram-fake-"));
  readonly home = join(this.folder, "home");
  readonly docker = new FakeProgram(join(this.folder, "bin", "docker"));
  readonly pulumi = new FakeProgram(
    join(this.home, "cache", "pulumi-home", "versions", versions.pulumi, "bin", "pulumi"),
  );
  /** Its checkout. */
  readonly place = join(this.folder, "checkout");
  /** Bytes that are free on the disk of its home. What this machine has left is no matter. */
  freeBytes = 64 * 1024 ** 3;

  /** @param settings Text of the stack's file. @default none, as on the embedded cluster */
  constructor(
    readonly stack: string,
    settings?: string,
  ) {
    mkdirSync(this.place, { recursive: true });
    for (const name of readdirSync(bundles()).filter((each) => !each.endsWith(".cjs"))) {
      symlinkSync(join(bundles(), name), join(this.place, name));
    }
    mkdirSync(join(this.folder, "bin"));
    symlinkSync(process.execPath, join(this.folder, "bin", "node"));
    symlinkSync(join(checkout, "node_modules"), join(this.place, "node_modules"));
    if (settings !== undefined) writeFileSync(join(this.place, `Pulumi.${stack}.yaml`), settings);
  }

  /** Puts the plugins beside the engine, without which it does not count as installed. */
  installEngine(): void {
    const { pulumiKubernetes, pulumiDocker, pulumiRandom } = versions;
    this.pulumi.install();
    for (const [name, version] of Object.entries({
      kubernetes: pulumiKubernetes,
      docker: pulumiDocker,
      random: pulumiRandom,
    })) {
      mkdirSync(join(this.home, "cache", "pulumi-home", "plugins", `resource-${name}-v${version}`), {
        recursive: true,
      });
    }
  }

  /** Puts an empty stack into the lab's own state. */
  addStack(name: string, tags?: Readonly<Record<string, string>>): void {
    const folder = join(this.home, "state", "backend", ".pulumi", "stacks", "gourmetgram");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(this.home, "state", "passphrase"), "a passphrase for this test only");
    writeFileSync(join(folder, `${name}.json`), "{}");
    if (tags !== undefined) {
      writeFileSync(join(folder, `${name}.pulumi-tags`), JSON.stringify({ version: 1, tags }));
    }
  }

  /** Writes a file below the lab's home. */
  addFile(name: string, text: string): void {
    mkdirSync(dirname(join(this.home, name)), { recursive: true });
    writeFileSync(join(this.home, name), text);
  }

  /** Names of what is in a folder below the lab's home; none where there is no such folder. */
  filesIn(name: string): string[] {
    return existsSync(join(this.home, name)) ? readdirSync(join(this.home, name)) : [];
  }

  /**
   * Runs a function of the tooling.
   *
   * @param modules Below `tooling`.
   * @param call Such as `down({})`. What the modules export is in `tooling`.
   */
  async run(
    modules: string | readonly string[],
    call: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const file = await bundle([modules].flat());
    if (!existsSync(join(this.place, file))) symlinkSync(join(bundles(), file), join(this.place, file));
    const code = `const fs = require("node:fs/promises"), { statfs } = fs;
    fs.statfs = async (path) =>
      path.startsWith("${this.folder}") ? { bavail: ${this.freeBytes}, bsize: 1 } : statfs(path);
    const tooling = require("./${file}"); tooling.${call}.catch((error) => {
      console.error("error: " + error.message);
      process.exitCode = 1;
    })`;
    const { exitCode, stdout, stderr } = await execa(process.execPath, ["--preserve-symlinks", "-e", code], {
      cwd: this.place,
      reject: false,
      stdin: "ignore",
      extendEnv: false,
      env: {
        HOME: this.folder,
        // Nothing of this machine: it may have a Docker.
        PATH: join(this.folder, "bin"),
        GOURMETGRAM_LAB_HOME: this.home,
        GOURMETGRAM_STACK: this.stack,
        DOCKER_HOST: "unix:///nowhere.sock",
        ...env,
      },
    });
    return { exitCode, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Stands in the place of Pulumi's engine, or of Docker's client: notes what it is asked, and answers as it is told. */
export class FakeProgram {
  constructor(private readonly file: string) {}

  /** Puts it in place. It ends well and says nothing. */
  install(): void {
    this.answer();
  }

  /** Puts it in place, with what it answers from now on. */
  answer(...answers: readonly Answer[]): void {
    mkdirSync(dirname(this.file), { recursive: true });
    const cases = answers.map(({ to, stdout = "", stderr = "", exitCode = 0, once: after }, index) => {
      const [out, errors] = [`${this.file}.${index}.out`, `${this.file}.${index}.err`];
      writeFileSync(out, stdout);
      writeFileSync(errors, stderr);
      const answering = `cat '${out}'; cat '${errors}' >&2; exit ${exitCode}`;
      const condition = after === undefined ? "true" : `grep -qs '^${after[1]}' '${after[0].file}.calls'`;
      return `case "$*" in '${to}'*) if ${condition}; then ${answering}; fi ;; esac`;
    });
    const script = `printf '%s\\n' "$*" >> '${this.file}.calls'\n${cases.join("\n")}\nexit 0\n`;
    writeFileSync(this.file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}`, { mode: 0o755 });
  }

  /** What it was asked, in order. */
  get calls(): string[] {
    const file = `${this.file}.calls`;
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }
}

/** An API server that knows a few objects, by the path at which they are read or listed. */
export class FakeCluster {
  private constructor(
    private readonly server: Server,
    /**
     * What is at a path, without the query; undefined where nothing is, an error where the server is in trouble. Every
     * other path has an empty list.
     */
    readonly objects: Map<string, () => unknown>,
  ) {}

  static async start(): Promise<FakeCluster> {
    const objects = new Map<string, () => unknown>();
    const server = createServer((request, response) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      let status = 200;
      let body: unknown = { items: [] };
      try {
        body = objects.has(path) ? objects.get(path)?.() : body;
        if (body === undefined) status = 404;
      } catch (error) {
        status = 500;
        body = { kind: "Status", message: String(error) };
      }
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body ?? {}));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeCluster(server, objects);
  }

  /** Text of a kubeconfig that leads there. */
  get kubeconfig(): string {
    const { port } = this.server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        { name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "fake", user: {} }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      "current-context": "fake",
    });
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }
}
