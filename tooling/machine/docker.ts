import { execa } from "execa";
import { ask, run, succeeds, type Report } from "./run";

/** Docker's client, as the user has it on the PATH. */
const client = "docker";

let environment: Promise<Record<string, string>> | undefined;

/**
 * What makes every program talk to the daemon that the user's own client talks to. The client knows contexts, the
 * plugin of the Pulumi provider only DOCKER_HOST.
 */
export function dockerEnvironment(): Promise<Record<string, string>> {
  environment ??= findEnvironment();
  return environment;
}

async function findEnvironment(): Promise<Record<string, string>> {
  const given = process.env["DOCKER_HOST"];
  const host = given ?? (await ask(client, ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]));
  // A client without the plugin buildx cannot use BuildKit, and would say so at each build.
  const hasBuildx = await succeeds(client, ["buildx", "version"]);
  return {
    ...(host === undefined || host === "" ? {} : { DOCKER_HOST: host }),
    ...(hasBuildx ? {} : { DOCKER_BUILDKIT: "0" }),
  };
}

export interface DockerOptions {
  log: string;
  report?: Report;
  cwd?: string;
}

/** Runs a Docker command. */
export const docker = async (args: string[], options: DockerOptions): Promise<string> =>
  run(client, args, { ...options, env: await dockerEnvironment() });

/** What Docker answers to a question; undefined if it fails, whether or not it was there to answer. */
export const askDocker = async (args: string[]): Promise<string | undefined> =>
  ask(client, args, await dockerEnvironment());

/** Milliseconds that a question may take: a daemon that is stuck takes connections and never answers. */
const PATIENCE = 60_000;

const question = async (args: readonly string[]) =>
  execa(client, args, {
    reject: false,
    stdin: "ignore",
    timeout: PATIENCE,
    env: await dockerEnvironment(),
  });

/**
 * The lines of a list that Docker prints: an empty one says that there is nothing.
 *
 * @throws Error with the reason if Docker does not answer: that says nothing
 */
export async function listDocker(args: readonly string[]): Promise<string[]> {
  const { failed, stdout, stderr, shortMessage } = await question(args);
  if (failed) {
    const reason = stderr.trim().split("\n").at(-1) ?? "";
    throw new Error(
      `Docker does not answer: ${reason === "" ? (shortMessage ?? "it failed") : reason}\n  remedy: start Docker; docker version has to show a server`,
    );
  }
  return stdout.split("\n").filter((line) => line !== "");
}

/** A Docker daemon that answers. */
export interface DockerServer {
  readonly version: string;
  /** Memory of the machine that it runs on, in bytes: on macOS and Windows that of its virtual machine. */
  readonly memory: number;
  /** Version of the kernel's control groups, `1` or `2`. */
  readonly controlGroups: string;
  /** The runtime that starts containers where none is named. */
  readonly runtime: string;
  /** Where it keeps images and volumes, on the machine that it runs on. */
  readonly folder: string;
}

/** No daemon that answers. */
export interface NoDocker {
  /** Why. */
  readonly absent: string;
  /** Whether there is not even a client. */
  readonly isMissing: boolean;
}

/** The daemon that the client reaches, or why there is none. */
export async function findDocker(): Promise<DockerServer | NoDocker> {
  const { failed, code, timedOut, stdout, stderr } = await question(["info", "--format", "{{json .}}"]);
  if (timedOut) return { absent: `no answer within ${PATIENCE / 1000} s`, isMissing: false };
  if (code === "ENOENT") return { absent: "there is no docker command", isMissing: true };
  const info = failed ? undefined : (JSON.parse(stdout) as Partial<Record<string, unknown>>);
  // The client ends well without a daemon, and says so in the document.
  if (typeof info?.["ServerVersion"] !== "string" || info["ServerVersion"] === "") {
    const errors = (info?.["ServerErrors"] as string[] | undefined) ?? [stderr];
    return { absent: errors.join(" ").trim().split("\n").at(-1) ?? "it failed", isMissing: false };
  }
  return {
    version: info["ServerVersion"],
    memory: Number(info["MemTotal"]),
    controlGroups: typeof info["CgroupVersion"] === "string" ? info["CgroupVersion"] : "1",
    runtime: String(info["DefaultRuntime"]),
    folder: String(info["DockerRootDir"]),
  };
}

/**
 * Asks the Docker daemon that the user's own client reaches, which builds the stack's images.
 *
 * @throws Error if there is no client or no daemon; nothing has been changed then
 */
export async function requireDocker(): Promise<DockerServer> {
  const found = await findDocker();
  if (!("absent" in found)) return found;
  throw new Error(
    `the stack's images cannot be built: no Docker daemon answers (${found.absent})\n` +
      "  remedy: start one, or point DOCKER_HOST at one; docker version has to show a server",
  );
}
