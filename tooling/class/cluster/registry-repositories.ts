import { Writable } from "node:stream";
import { CoreV1Api, Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";
import { BUILD_ROLE, labelsOf } from "../../../components/kubernetes";
import { clusterConfig } from "../../engine/cluster-access";

// As components/registry/local-registry.ts places them.
const NAMESPACE = "kube-system";
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

/** Frees what no repository refers to. Also manifests without a tag are kept, as what runs is chosen by digest. */
export const COLLECT = ["registry", "garbage-collect", "/etc/distribution/config.yml"];

/** Runs a command in a container of the registry's pod and returns what it prints. */
export type RunInRegistry = (container: "guard" | "registry", command: readonly string[]) => Promise<string>;

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
  const printed = await run("guard", ["sh", "-c", LIST, "list", REPOSITORIES, ownerIn(prefix)]);
  return printed.split("\n").filter((line) => line !== "");
}

let collecting: Promise<unknown> = Promise.resolve();

/**
 * Removes an owner's repositories, then what only they referred to.
 *
 * The registry's API can delete images, but leaves their repositories' names in the catalogue; so the folders go. The
 * space is freed by the registry's own garbage collection, which must not run while someone pushes: it would take
 * layers for waste whose image is not there yet. While a build runs it is left to the next removal.
 *
 * @param prefix The owner's name and a slash.
 * @returns whether the space is free already
 */
export async function removeRepositories(prefix: string, pod?: RegistryPod): Promise<boolean> {
  const { run, isPushedTo } = pod ?? (await registryPod(await clusterConfig()));
  if (run === undefined) return true;
  await run("guard", ["sh", "-c", REMOVE, "remove", REPOSITORIES, ownerIn(prefix)]);
  // One after the other: several students are removed at the same time.
  const collected = collecting.then(async () => {
    if (await isPushedTo()) return false;
    await run("registry", COLLECT);
    return true;
  });
  collecting = collected.catch(() => undefined);
  return collected;
}

/** @throws Error if it is no user's name: the rest of the path would be removed */
function ownerIn(prefix: string): string {
  const owner = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/$/.exec(prefix)?.[1];
  if (owner === undefined) throw new Error(`"${prefix}" is not a student's name and a slash`);
  return owner;
}

/** The registry's running pod. */
export async function registryPod(config: KubeConfig): Promise<RegistryPod> {
  const core = config.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: selectorOf(labelsOf("registry")),
  });
  const name = pods.items.find(
    ({ metadata, spec, status }) =>
      metadata?.deletionTimestamp === undefined &&
      status?.phase === "Running" &&
      spec?.containers.some((each) => each.name === "guard"),
  )?.metadata?.name;
  const isPushedTo = async (): Promise<boolean> => {
    const builds = await core.listPodForAllNamespaces({
      labelSelector: selectorOf(BUILD_ROLE),
      fieldSelector: "status.phase!=Succeeded,status.phase!=Failed",
    });
    return builds.items.length > 0;
  };
  return {
    run: name === undefined ? undefined : (container, command) => execute(config, name, container, command),
    isPushedTo,
  };
}

const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

/** What is used of a web socket. */
interface Closeable {
  addEventListener(event: "close", listener: () => void): void;
}

/** @throws Error with what the command says if it fails */
async function execute(
  config: KubeConfig,
  pod: string,
  container: string,
  command: readonly string[],
): Promise<string> {
  const [output, errors] = [new Text(), new Text()];
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec(NAMESPACE, pod, container, [...command], output, errors, null, false, resolve)
      .then((socket: Closeable) => {
        // After the status, or in place of it where the connection is lost.
        socket.addEventListener("close", () => reject(new Error(`the connection to ${pod} was closed`)));
      }, reject);
  });
  if (status.status !== "Success") {
    throw new Error(
      `${command[0] ?? ""} in the registry's pod: ${errors.text.trim() || (status.message ?? "failed")}`,
    );
  }
  return output.text;
}

/** Collects what is written to it. */
class Text extends Writable {
  private readonly parts: Buffer[] = [];

  public get text(): string {
    return Buffer.concat(this.parts).toString();
  }

  public override _write(part: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.parts.push(part);
    done();
  }
}
