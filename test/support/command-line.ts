import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { devDependencies, dependencies } from "../../package.json";
import { checkout } from "./checkout";

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Writes down what reaches it, and ends half a second after the first signal; at a second one it gives up, as Pulumi does. */
const ENGINE = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
if (process.argv[2] === "stack") process.exit(0);
const tell = (text) => appendFileSync(process.env.TOLD, text + "\\n");
let ends = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    tell(signal);
    if (ends) tell("gives up") || process.exit(255);
    ends = true;
    setTimeout(() => tell("has ended") || process.exit(1), 500);
  });
}
tell("process " + process.pid);
setInterval(() => undefined, 1000);
`;

/** A lab's folder for a test, with a program in place of the engine and no way to anything else. */
export class TestLab {
  readonly folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
  readonly temporary = join(this.folder, "tmp");
  readonly home = join(this.folder, "home");
  private readonly told = join(this.folder, "told");

  constructor() {
    mkdirSync(this.temporary);
    const engineHome = join(this.home, "cache", "pulumi-home");
    this.program(join(engineHome, "versions", devDependencies.pulumi, "bin", "pulumi"), ENGINE);
    for (const name of ["kubernetes", "docker", "random"] as const)
      mkdirSync(join(engineHome, "plugins", `resource-${name}-v${dependencies[`@pulumi/${name}`]}`), {
        recursive: true,
      });
  }

  /** Puts a program that behaves as {@link ENGINE} on the PATH. */
  withProgram(name: string): void {
    this.program(join(this.folder, "bin", name), ENGINE);
  }

  private program(file: string, text: string): void {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PULUMI_BACKEND_URL: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
      HOME: this.folder,
      PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}`,
      GOURMETGRAM_LAB_HOME: this.home,
      GOURMETGRAM_REACH: "offline",
      DOCKER_HOST: "unix:///nonexistent/docker.sock",
      TMPDIR: this.temporary,
      TOLD: this.told,
    };
  }

  /** Starts a command as the leader of a group of its own, as a shell does. */
  start(program: string, ...args: string[]): ChildProcess {
    return spawn(program, args, {
      cwd: checkout,
      env: this.env,
      detached: true,
      stdio: "pipe",
    });
  }

  /** Starts a command of the lab. */
  command(...args: string[]): ChildProcess {
    return this.start(process.execPath, join("tooling", "gourmetgram.mjs"), ...args);
  }

  /** Starts a kind of work of work.ts. */
  work(kind: string): ChildProcess {
    const script =
      'const { compiled } = await import("./tooling/launch/compile.mjs"); await import(await compiled("test/support/work.ts"));';
    // The first argument takes the place of the program's name.
    return this.start(process.execPath, "--input-type=module", "--eval", script, "work", kind);
  }

  /** What the program was told, once there is something. */
  async heard(): Promise<string[]> {
    while (!existsSync(this.told)) await delay(50);
    return readFileSync(this.told, "utf8").trimEnd().split("\n");
  }

  /** What is left in the folder for temporary files. */
  leftovers(): string[] {
    return readdirSync(this.temporary).filter((name) => name.startsWith("gourmetgram-"));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The end of a program that was started; a signal that it died of counts as with shells. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await once(child, "close");
  const { exitCode, signalCode } = child;
  return { code: signalCode === null ? exitCode : 128 + constants.signals[signalCode], stdout, stderr };
}

/** Runs a command line of the lab that needs no lab. */
export function gourmetgram(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const call = [join("tooling", "gourmetgram.mjs"), ...args];
    const child = execFile(process.execPath, call, { cwd: checkout }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Whether a process runs. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
