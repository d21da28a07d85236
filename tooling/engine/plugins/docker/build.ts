import { setTimeout as sleep } from "node:timers/promises";
import type { EngineLog } from "../shared/engine-log";
import { cancellation } from "../shared/lifecycle";
import { withCredentials, type Credentials } from "./credentials";
import { DockerError, requireDaemon, runDocker } from "./docker-cli";
import { familiarRepository, parseImageName, type ImageName } from "./image-name";
import type { BuildContext } from "./build-context";
import { keepLayers, layerFolder, restoreLayers } from "./layer-cache";

/** What to build and where to push it. */
export interface BuildOrder extends BuildContext {
  /** Host, repository and tag. */
  readonly imageName: string;
  readonly args: Readonly<Record<string, string>>;
  readonly addHosts: readonly string[];
  readonly platform: string;
  readonly target?: string;
  /** The network of the steps that run a command. */
  readonly network?: string;
  /** Whether to demand the first builder or BuildKit; Docker's own choice if left out. */
  readonly buildKit?: boolean;
  readonly push: boolean;
  readonly credentials?: Credentials;
}

/** How often a push is tried while nothing listens at the registry's address, and the pause between, in milliseconds. */
const pushAttempts = 15;
const pushPause = 2_000;

/**
 * Builds the image and pushes it.
 *
 * @returns `repository@sha256:…` of what was pushed, or the image's id if it is not to be pushed
 * @throws DockerError with what to do about it
 */
export async function build(order: BuildOrder, log: EngineLog): Promise<string> {
  await requireDaemon();
  return withCredentials(order.credentials, async (env) => {
    await buildImage(order, env, log);
    if (!order.push) {
      return imageId(order.imageName);
    }
    return oneAfterAnother(() => pushImage(order, env, log));
  });
}

let lastPush: Promise<unknown> = Promise.resolve();

/**
 * Pushes wait for each other. Images that are built on the same one share most of their layers: pushed at the same time,
 * Docker compresses those for each of them; pushed in turn, the registry takes them from the first.
 */
function oneAfterAnother<T>(push: () => Promise<T>): Promise<T> {
  const turn = lastPush.then(push, push);
  lastPush = turn;
  return turn;
}

async function buildImage(order: BuildOrder, env: Record<string, string>, log: EngineLog): Promise<void> {
  log.status("building the image");
  const builder = order.buildKit === undefined ? {} : { DOCKER_BUILDKIT: order.buildKit ? "1" : "0" };
  const options = [
    ...["--tag", order.imageName, "--file", order.dockerfile, "--platform", order.platform],
    ...(order.target === undefined ? [] : ["--target", order.target]),
    ...(order.network === undefined ? [] : ["--network", order.network]),
    ...order.addHosts.flatMap((host) => ["--add-host", host]),
    ...Object.entries(order.args).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  ];
  try {
    await runDocker(["build", ...options, order.context], {
      env: { ...env, ...builder, BUILDKIT_PROGRESS: "plain" },
      onLine: (line) => log.status(line),
    });
  } catch (error) {
    throw explain(
      error,
      `building ${order.imageName} from ${order.dockerfile} failed; fix the step that is shown`,
    );
  }
}

async function pushImage(order: BuildOrder, env: Record<string, string>, log: EngineLog): Promise<string> {
  const { imageName: name } = order;
  const layers = layersFor(order, log);
  for (let attempt = 1; ; attempt++) {
    log.status("pushing the image");
    try {
      await layers?.restore();
      const output = await runDocker(["push", name], { env, onLine: (line) => log.status(line) });
      const digest = digestOfPush(name, output);
      await layers?.keep(digest);
      return `${familiarRepository(parseImageName(name) as ImageName)}@${digest}`;
    } catch (error) {
      // A node port listens a moment after its registry is ready.
      if (
        !(error instanceof DockerError && /connection refused/.test(error.output)) ||
        attempt === pushAttempts
      ) {
        throw explain(
          error,
          `pushing ${name} failed; the daemon must reach this registry, trust its certificate or have it among its ` +
            "insecure registries, and be allowed to push: see registry.username and registry.password",
        );
      }
      log.status(`nothing listens at the registry yet, trying again (${attempt} of ${pushAttempts})`);
      await sleep(pushPause, undefined, { signal: cancellation });
    }
  }
}

/** Saves the compressing of layers that were pushed before. Where it fails, the push does without. */
function layersFor({ imageName, credentials }: BuildOrder, log: EngineLog) {
  const { host = "", repository } = parseImageName(imageName) as ImageName;
  // Elsewhere a password would go over the network as plain text.
  if (layerFolder === undefined || !/^(localhost|127(\.\d+){3})(:\d+)?$/.test(host)) return undefined;
  const folder = layerFolder;
  const place = { host, path: repository.slice(host.length + 1), credentials };
  const report = (error: unknown) => log.status(`without kept layers: ${String(error)}`);
  return {
    restore: () => restoreLayers(folder, place).catch(report),
    keep: (digest: string) => keepLayers(folder, place, digest).catch(report),
  };
}

// Docker remembers all digests that an image ever had in a repository; only the push says which one this is.
function digestOfPush(name: string, output: string): string {
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1];
  if (digest === undefined) {
    throw new DockerError(`the registry took ${name}, but Docker told no digest of it`, output);
  }
  return digest;
}

async function imageId(name: string): Promise<string> {
  const [image] = JSON.parse(await runDocker(["image", "inspect", name])) as { Id: string }[];
  if (image === undefined) {
    throw new DockerError(`Docker does not know ${name} although it was built`, "");
  }
  return image.Id;
}

function explain(error: unknown, message: string): unknown {
  return error instanceof DockerError && error.output !== "" ? new DockerError(message, error.output) : error;
}
