import { execa } from "execa";
import { ask, run, type RunOptions, succeeds } from "../run";

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
    // What runs here is for the machine that Docker runs on, whatever the user builds for others.
    ...(process.env["DOCKER_DEFAULT_PLATFORM"] === undefined ? {} : { DOCKER_DEFAULT_PLATFORM: "" }),
    ...(hasBuildx ? {} : { DOCKER_BUILDKIT: "0" }),
  };
}

export const docker = async (args: string[], options: Omit<RunOptions, "env">): Promise<string> =>
  run(client, args, { ...options, env: await dockerEnvironment() });

/** What Docker answers to a question; undefined if it fails, whether or not it was there to answer. */
export const askDocker = async (args: string[]): Promise<string | undefined> =>
  ask(client, args, await dockerEnvironment());

/** What Docker tells of an image that it has. */
export interface LocalImage {
  readonly Id: string;
  /** References under which it was pulled or pushed. */
  readonly RepoDigests?: readonly string[] | null;
  readonly RootFS: { readonly Layers?: readonly string[] | null };
  readonly Config: { readonly Labels?: Readonly<Record<string, string>> | null };
}

/** An image in Docker; undefined if there is none, or Docker does not answer. */
export async function localImage(reference: string): Promise<LocalImage | undefined> {
  const [found] = JSON.parse((await askDocker(["image", "inspect", reference])) ?? "[]") as LocalImage[];
  return found;
}

/** Milliseconds that a question may take: a daemon that is stuck takes connections and never answers. */
const PATIENCE = 60_000;

const question = async (args: readonly string[], patience = PATIENCE) =>
  execa(client, args, {
    reject: false,
    stdin: "ignore",
    timeout: patience,
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
  /** Architecture of that machine, as `uname -m` has it; empty where Docker does not tell. */
  readonly architecture: string;
  /** Release of the kernel of that machine: another than this one's where it is a virtual machine. */
  readonly kernel: string;
  /** Whether it keeps images in the store of containerd. */
  readonly inContainerd: boolean;
  /** Folder in which it keeps images, containers and volumes; empty where it does not tell. */
  readonly dataRoot: string;
}

/** No daemon that answers. */
export interface NoDocker {
  /** Why. */
  readonly absent: string;
  /** Whether there is not even a client. */
  readonly isMissing: boolean;
}

/**
 * The daemon that the client reaches, or why there is none.
 *
 * @param patience Milliseconds that it has to answer.
 */
export async function findDocker(patience = PATIENCE): Promise<DockerServer | NoDocker> {
  const { failed, code, timedOut, stdout, stderr } = await question(
    ["info", "--format", "{{json .}}"],
    patience,
  );
  if (timedOut) return { absent: `no answer within ${patience / 1000} s`, isMissing: false };
  if (code === "ENOENT") return { absent: "there is no docker command", isMissing: true };
  return serverIn(failed ? "{}" : stdout, stderr);
}

/** What Docker's client, or a program in its place, tells of the daemon: the output of `docker info`, as JSON. */
export function serverIn(printed: string, errors: string): DockerServer | NoDocker {
  const info = JSON.parse(printed) as Info;
  const version = info.ServerVersion ?? "";
  const podman = info.host === undefined ? podmanVersion(version) : (info.version?.Version ?? "");
  if (podman !== undefined)
    return { absent: `Podman ${podman} answers, which the lab does not support`, isMissing: false };
  // The client ends well without a daemon, and says so in the document.
  if (version === "") {
    const reason = (info.ServerErrors ?? [errors]).join(" ").trim().split("\n").at(-1) ?? "";
    return { absent: reason === "" ? "docker info failed" : reason, isMissing: false };
  }
  return {
    version,
    memory: info.MemTotal ?? 0,
    controlGroups: info.CgroupVersion ?? "1",
    runtime: info.DefaultRuntime ?? "",
    architecture: info.Architecture ?? "",
    kernel: info.KernelVersion ?? "",
    inContainerd: (info.DriverStatus ?? []).some(([name]) => name === "driver-type"),
    dataRoot: info.DockerRootDir ?? "",
  };
}

/** The part of `docker info` that is read. */
interface Info {
  readonly ServerVersion?: string;
  readonly ServerErrors?: readonly string[];
  readonly MemTotal?: number;
  readonly CgroupVersion?: string;
  readonly DefaultRuntime?: string;
  readonly Architecture?: string;
  readonly KernelVersion?: string;
  readonly DockerRootDir?: string;
  /** Pairs of a name and a value. With the store of containerd, `driver-type` and what provides it. */
  readonly DriverStatus?: readonly (readonly string[])[] | null;
  /** Of Podman's own command, which some systems have under Docker's name. */
  readonly host?: unknown;
  readonly version?: { readonly Version?: string };
}

/** Podman's socket answers like Docker with a version of its own. Docker's were 1.13 and 17.03, with nothing in between. */
function podmanVersion(version: string): string | undefined {
  const major = Number(/^(\d+)\./.exec(version)?.[1]);
  return major >= 2 && major < 17 ? version : undefined;
}

/** @throws Error if no daemon answers */
export async function requireDocker(): Promise<DockerServer> {
  const found = await findDocker();
  if ("absent" in found) throw new Error(`no Docker daemon answers (${found.absent})`);
  return found;
}
