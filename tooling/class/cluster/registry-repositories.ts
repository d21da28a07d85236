import { randomUUID } from "node:crypto";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { BUILD_ROLE, labelsOf } from "../../../components/kubernetes";
import { clusterConfig } from "../../engine/cluster-access";
import { selectorOf } from "../../live/objects/pods";
import { askPod } from "../../live/streams/exec";

// As components/registry/local-registry.ts places them.
const NAMESPACE = "kube-system";
/** The file that stops all writing, as components/registry/registry-guard-config.ts reads it. */
export const READ_ONLY = "/tmp/read-only";
/** What each owner takes, as components/registry/registry-space.ts leaves it. */
export const USED = "/space/used";
const REPOSITORIES = "/var/lib/registry/docker/registry/v2/repositories";

/**
 * Prints the repositories of an owner ($2) in a folder ($1), also those of which an upload is all there is. Folders that
 * begin with `_` are the registry's own.
 */
export const LIST = `cd "$1" 2>/dev/null && [ -d "$2" ] || exit 0
find "$2" -path "$2/_*" -prune -o -type d -name '_*' -prune -print | sed 's,/_[^/]*$,,' | sort -u`;

/** Removes the repositories of an owner ($2) in a folder ($1): all but one that is called as the owner is. */
export const REMOVE = `cd "$1" 2>/dev/null && [ -d "$2" ] || exit 0
rm -rf -- "$2"/[!_]*
rmdir "$2" 2>/dev/null || true`;

/**
 * Stops all writing: with a file ($1) that says by whom ($2), and goes by itself after some seconds ($3) if nobody is
 * left to remove it. Then what is under way has a moment to end.
 */
export const STOP_WRITING = `printf %s "$2" > "$1" || exit 1
{ sleep "$3"; [ "$(cat "$1" 2>/dev/null)" = "$2" ] && rm -f -- "$1"; } </dev/null >/dev/null 2>&1 &
sleep 2`;

/** Allows writing again, unless somebody else ($2 says who) has stopped it meanwhile. */
export const ALLOW_WRITING = `[ "$(cat "$1" 2>/dev/null)" != "$2" ] || rm -f -- "$1"`;

/** Frees what no repository refers to. Also manifests without a tag are kept, as what runs is chosen by digest. */
export const COLLECT = ["registry", "garbage-collect", "/etc/distribution/config.yml"];

/** Seconds that a command may take, that the registry may take to free space, and that nobody writes at most. */
const SECONDS = { command: 60, collecting: 600, withoutWriting: 1800 } as const;

/**
 * Runs a command in a container of the registry's pod and returns what it prints.
 *
 * @throws Error if it fails, or takes longer than so many seconds
 */
export type RunInRegistry = (
  container: "guard" | "registry",
  command: readonly string[],
  seconds: number,
) => Promise<string>;

/** What the class command asks of the cluster's registry. */
export interface RegistryPod {
  /** Undefined where there is no registry with a guard. */
  readonly run: RunInRegistry | undefined;
  /** Whether a build may be pushing right now. */
  readonly isPushedTo: () => Promise<boolean>;
}

/**
 * The names of an owner's repositories.
 *
 * The way leads through the Kubernetes API server alone, which a teacher reaches wherever the cluster is.
 *
 * @param prefix The owner's name and a slash.
 */
export async function listRepositories(prefix: string, pod?: RegistryPod): Promise<string[]> {
  const { run } = pod ?? (await registryPod(await clusterConfig()));
  if (run === undefined) return [];
  const command = ["sh", "-c", LIST, "list", REPOSITORIES, ownerIn(prefix)];
  const printed = await run("guard", command, SECONDS.command);
  return printed.split("\n").filter((line) => line !== "");
}

/**
 * Bytes that each owner's images and build caches take, as they were last measured: nothing of owners without repositories.
 *
 * @throws Error where nothing was measured yet
 */
export async function spaces(pod?: RegistryPod): Promise<Map<string, number>> {
  const { run } = pod ?? (await registryPod(await clusterConfig()));
  if (run === undefined) return new Map();
  const lines = (await run("guard", ["cat", USED], SECONDS.command))
    .split("\n")
    .filter((line) => line !== "");
  return new Map(
    lines.map((line) => line.split(" ")).map(([owner = "", kibibytes]) => [owner, Number(kibibytes) * 1024]),
  );
}

/** The repositories of a registry whose names begin with a prefix, and the space of each owner's in bytes. */
export interface RegistryAccess {
  readonly spaces: () => Promise<ReadonlyMap<string, number>>;
  readonly listRepositories: (prefix: string) => Promise<string[]>;
  readonly removeRepositories: (prefix: string) => Promise<unknown>;
}

/** The registry of the class's cluster. */
export const clusterRegistry: RegistryAccess = { spaces, listRepositories, removeRepositories };

/** What a student's repositories begin with. */
export const repositoryPrefix = (student: string): string => `${student}/`;

let collecting: Promise<unknown> = Promise.resolve();

/**
 * Removes an owner's repositories, then what only they referred to.
 *
 * The registry's API can delete images, but leaves their repositories' names in the catalogue; so the folders go. The
 * space is freed by the registry's own garbage collection. While that runs the guard refuses to write: a layer whose
 * image is not there yet would be taken for waste. A build would fail at that, so while one runs the space is left to
 * the next removal.
 *
 * @param prefix The owner's name and a slash.
 * @returns whether the space is free already
 */
export async function removeRepositories(prefix: string, pod?: RegistryPod): Promise<boolean> {
  const { run, isPushedTo } = pod ?? (await registryPod(await clusterConfig()));
  if (run === undefined) return true;
  const command = ["sh", "-c", REMOVE, "remove", REPOSITORIES, ownerIn(prefix)];
  await run("guard", command, SECONDS.command);
  // One after the other: several students are removed at the same time.
  const collected = collecting.then(async () => {
    if (await isPushedTo()) return false;
    await collect(run);
    return true;
  });
  collecting = collected.catch(() => undefined);
  return collected;
}

async function collect(run: RunInRegistry): Promise<void> {
  const stop = [READ_ONLY, randomUUID()];
  const seconds = String(SECONDS.withoutWriting);
  await run("guard", ["sh", "-c", STOP_WRITING, "stop", ...stop, seconds], SECONDS.command);
  await run("registry", COLLECT, SECONDS.collecting);
  // Not if it has failed: it may go on in the pod after the connection was lost. Writing is allowed again in time.
  await run("guard", ["sh", "-c", ALLOW_WRITING, "allow", ...stop], SECONDS.command);
}

/** @throws Error if it is no user's name: the rest of the path would be removed */
function ownerIn(prefix: string): string {
  const owner = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/$/.exec(prefix)?.[1];
  if (owner === undefined) throw new Error(`"${prefix}" is not a student's name and a slash`);
  return owner;
}

/**
 * The registry's running pod.
 *
 * @throws Error if there is a registry with a guard, and none of its pods runs: what it holds is not known then
 */
export async function registryPod(config: KubeConfig): Promise<RegistryPod> {
  const core = config.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: selectorOf(labelsOf("registry")),
  });
  const guarded = pods.items.filter(({ spec }) => spec?.containers.some((each) => each.name === "guard"));
  const name = guarded.find(
    ({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === "Running",
  )?.metadata?.name;
  if (guarded.length > 0 && name === undefined) {
    throw new Error(
      `no pod of the registry runs in ${NAMESPACE}, so what it holds is not known\n` +
        `  remedy: npm run kubectl -- get pods -n ${NAMESPACE}`,
    );
  }
  const isPushedTo = async (): Promise<boolean> => {
    const builds = await core.listPodForAllNamespaces({
      labelSelector: selectorOf(BUILD_ROLE),
      fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    });
    return builds.items.length > 0;
  };
  return {
    run:
      name === undefined
        ? undefined
        : (container, command, seconds) => execute(config, name, container, command, seconds),
    isPushedTo,
  };
}

/** @throws Error with what the command says if it fails, or takes longer than so many seconds */
async function execute(
  config: KubeConfig,
  pod: string,
  container: string,
  command: readonly string[],
  seconds: number,
): Promise<string> {
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    return await askPod(config, { namespace: NAMESPACE, pod, container }, command, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`${command[0] ?? ""} in the registry's pod: no answer within ${seconds} s`);
  }
}
