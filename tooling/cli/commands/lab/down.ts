import { rm } from "node:fs/promises";
import { within } from "../../../../components/kubernetes";
import { hostImagesText, NO_IMAGES, removeHostImages } from "../../../cluster/images/host-images";
import { removeOlderImages } from "../../../cluster/images/node-image";
import {
  apiIsReady,
  foreignContainers,
  type NodeContainer,
  nodeContainers,
  removeCluster,
} from "../../../cluster/kind";
import { controlPlane } from "../../../cluster/kind-config";
import { clusterParts, remainsOnMachine, requireNothingOnMachine } from "../../../cluster/machine-remains";
import { foundIn } from "../../../engine/answer";
import { clusterConfig } from "../../../engine/cluster-access";
import { engineIsReady } from "../../../engine/engine";
import { recoverLab } from "../../../engine/interrupted";
import {
  changeStack,
  NO_ENGINE,
  pulumi,
  pulumiCommand,
  removeStateIfEmpty,
  stackExists,
  stackOutputs,
  stateOfStack,
} from "../../../engine/stack/stack";
import { classOf, isOnEmbeddedCluster, type StackInState, stacksInState } from "../../../engine/stack/state";
import { hasOwnCluster, keepsData, stackName } from "../../../engine/stack/stack-settings";
import { DEFINITION, removeKinds, usedKindText } from "../../../live/objects/kinds";
import { keptData } from "../../../live/objects/kept-data";
import { hasGoingData, objectsIn, remainsOf } from "../../../live/objects/stack-remains";
import { clusterRecord, removeClusterRecord } from "../../../machine/cluster-record";
import { canStartDocker, dockerIsReady, labDockerPid, startDocker } from "../../../machine/docker/daemon";
import { home, logs } from "../../../machine/paths";
import { runSteps, type Step } from "../../../machine/steps/steps";
import { messageOf } from "../../../support/errors";
import { requireNothingLeft, settled } from "../../../support/leftovers";

export interface DownOptions {
  dryRun?: boolean;
  force?: boolean;
  yes?: boolean;
}

/** Destroys the stack, then the embedded cluster if that is what carries it. */
export async function down(options: DownOptions): Promise<void> {
  await (hasOwnCluster() ? downOnOwnCluster(options) : downWithCluster(options));
}

/**
 * Destroys the stack on the cluster that it names, and proves that nothing of it is left.
 *
 * @throws Error if the stack cannot be looked for; nothing has been changed then
 */
async function downOnOwnCluster({ dryRun = false }: DownOptions): Promise<void> {
  const exists = await stackExists();
  if (dryRun) {
    console.log(exists ? `the stack ${stackName} with all its resources` : "no stack");
    return;
  }
  if (!exists) {
    await removeStateIfEmpty();
    console.log(`There is no stack ${stackName}.`);
    return;
  }
  await requireEngine();
  await destroyInCluster({ withImages: true });
  await removeStateIfEmpty();
  console.log(`The stack ${stackName} is gone.`);
}

/** Destroys the stack, then the embedded cluster with what else is on it. */
async function downWithCluster({ dryRun = false, force = false }: DownOptions): Promise<void> {
  const others = stacksInState().filter((stack) => stack.name !== stackName && isOnEmbeddedCluster(stack));
  if (others.length > 0 && !force && !dryRun) {
    throw new Error(
      `other stacks are on the embedded cluster: ${others.map(({ name }) => name).join(", ")}\n  remedy: ${remedyFor(others)}; ` +
        "npm run down -- --force takes them away with the cluster",
    );
  }
  const exists = await stackExists();
  if (dryRun) {
    console.log(exists ? `the stack ${stackName} with all its resources` : "no stack");
    for (const { name } of others) console.log(`the stack ${name}, with --force alone`);
    const { left, unknown } = await remainsOnMachine();
    for (const each of [...left, ...unknown]) console.log(each);
    return;
  }
  if (exists || others.length > 0) await requireEngine();
  const containers = await requireOwnContainers();
  const reason = force ? undefined : await whyClusterStays(containers);
  if (reason !== undefined) return downBesideData(exists, reason);
  if (exists) await destroyWithCluster();
  for (const { name } of others) await removeStack(name, "--force");
  await runSteps([clusterRemoval]);
  await removeStateIfEmpty();
  requireNothingOnMachine(await remainsOnMachine());
  await rm(logs, { recursive: true, force: true });
  console.log("The lab is gone; the cache of what was built is kept (npm run audit lists it).");
  const pid = labDockerPid();
  if (pid !== undefined)
    console.log(`The Docker daemon that the lab has started goes on, process ${pid}; kill ${pid} ends it.`);
}

/**
 * Why the cluster is not removed unless it is forced; undefined if it may go.
 *
 * @throws Error if nobody can tell; nothing has been changed then
 */
async function whyClusterStays(containers: readonly NodeContainer[]): Promise<string | undefined> {
  const record = clusterRecord();
  if (record === undefined) return undefined;
  if (keepsData()) return "gourmetgram:keepData is true";
  // One that was never whole, or whose control plane is gone, has no data that anybody could reach.
  if (record.containers.length === 0 || !containers.some(({ name }) => name === controlPlane))
    return undefined;
  const kept = await within(15, clusterConfig().then(keptData)).catch((error: unknown) => {
    throw new Error(
      "the embedded cluster does not answer, so nobody can tell whether it has data that keepData keeps: " +
        `${messageOf(error).split("\n")[0] ?? ""}\n  remedy: npm run up -- --cluster-only, then run the same command ` +
        "again; npm run down -- --force deletes the cluster with all that is on it",
    );
  });
  return kept.length === 0 ? undefined : `it has data that keepData has kept, ${kept.join(", ")}`;
}

/**
 * Destroys the stack and leaves the cluster, which has data.
 *
 * @param reason Completes "The cluster stays, because …".
 *
 * @throws Error if the cluster does not answer; nothing has been changed then
 */
async function downBesideData(exists: boolean, reason: string): Promise<void> {
  if (exists) {
    if (!(await apiIsReady())) {
      throw new Error(
        `${reason}, but the embedded cluster, which has the data, does not answer\n` +
          "  remedy: npm run up -- --cluster-only, then run the same command again; npm run down -- --force deletes the data with the cluster",
      );
    }
    await destroyInCluster({ withImages: false });
    await removeStateIfEmpty();
  }
  console.log(
    `${exists ? `The stack ${stackName} is gone` : `There is no stack ${stackName}`}. The cluster stays, because ` +
      `${reason}: the next up of that stack goes on with the data; npm run down -- --force deletes it with the cluster.`,
  );
}

/** The commands that take the stacks away one by one. */
function remedyFor(stacks: readonly StackInState[]): string {
  const commands = stacks.map((stack) => {
    const name = classOf(stack);
    return name === undefined
      ? `GOURMETGRAM_STACK=${stack.name} npm run pulumi -- destroy`
      : `GOURMETGRAM_STACK=${name} npm run class -- down --roster FILE`;
  });
  return [...new Set(commands)].join(", ");
}

/** @throws Error if there is no engine to destroy the stack with; nothing has been changed then */
async function requireEngine(): Promise<void> {
  if (!(await engineIsReady())) foundIn(NO_ENGINE, `the stack ${stackName}`);
}

/**
 * Makes sure that the cluster can be taken away, and that it is the lab's.
 *
 * @returns its nodes
 * @throws Error if not; nothing has been changed then
 */
async function requireOwnContainers(): Promise<NodeContainer[]> {
  const record = clusterRecord();
  // After a restart of a machine without systemd, what holds the cluster has yet to be started.
  if (record !== undefined && !(await dockerIsReady())) {
    if (!canStartDocker())
      throw new Error(
        "the cluster's containers cannot be removed: Docker does not answer\n  remedy: start Docker",
      );
    await startDocker(() => undefined);
  }
  // Without a record the lab has made none, and Docker need not be there.
  const containers = record === undefined && !(await dockerIsReady()) ? [] : await nodeContainers();
  const foreign = foreignContainers(containers, record);
  if (foreign.length === 0) return containers;
  throw new Error(
    `the lab in ${home} did not make ${foreign.map(({ name }) => name).join(", ")}\n` +
      "  remedy: run the command with GOURMETGRAM_LAB_HOME naming the folder of the lab that did",
  );
}

/** What `kind delete cluster` does, which needs no `kind` then; and proves it, while it is known what there was. */
const clusterRemoval: Step = {
  title: "The cluster's containers, volumes and network",
  // Without a record the lab has made none, and Docker need not be there.
  isDone: () => clusterRecord() === undefined,
  run: async () => {
    await removeCluster();
    requireNothingLeft(await clusterParts());
    removeClusterRecord();
    await removeOlderImages();
  },
  remedy: "run npm run down again",
};

/**
 * Destroys the stack and proves that nothing of it is left, neither in the cluster nor on this machine.
 *
 * @throws Error before anything is deleted, if that would delete data that the settings keep
 */
async function destroyInCluster({ withImages }: { withImages: boolean }): Promise<void> {
  const config = await clusterConfig();
  // Without it nobody would know what to look for, and everything would seem to be gone.
  const state = await stateOfStack();
  if (state === undefined) throw new Error(`the state of ${stackName} is not there; nothing was changed`);
  const objects = objectsIn(state);
  if (keepsData() && hasGoingData(objects)) {
    throw new Error(
      `gourmetgram:keepData is true, but the stack ${stackName} does not know it yet: its data would be deleted\n` +
        "  remedy: npm run up, then the same command again; " +
        `to give the data up, ${pulumiCommand} config set gourmetgram:keepData false`,
    );
  }
  const outputs = foundIn(await stackOutputs(), `the stack ${stackName}`);
  const registry = (outputs?.["registry"] as { forPushing?: string } | undefined)?.forPushing;
  await destroyStack();
  await removeStack(stackName);
  const kinds = objects.filter(({ kind }) => kind === DEFINITION).map(({ name }) => name);
  const used = await removeKinds(config, kinds);
  const others = objects.filter(({ kind, name }) => kind !== DEFINITION || !used.has(name));
  const { left, kept } = await settled(() => remainsOf(config, others));
  const images = registry === undefined || !withImages ? NO_IMAGES : await removeHostImages(registry);
  const text = hostImagesText(images);
  if (text !== "") console.log(text);
  if (kept.length > 0) console.log(`kept, as the last up had keepData: ${kept.join(", ")}`);
  for (const each of used) console.log(`kept: ${usedKindText(each)}`);
  requireNothingLeft([...left, ...images.left]);
}

/** Destroys the stack if its cluster answers; otherwise its resources go with the cluster. */
async function destroyWithCluster(): Promise<void> {
  if (await apiIsReady()) await destroyStack();
  else console.log("The embedded cluster does not answer: the stack's resources are deleted with it.");
  await removeStack(stackName, "--force");
}

async function destroyStack(): Promise<void> {
  await recoverLab();
  if ((await changeStack("destroy")) !== 0)
    throw new Error("pulumi destroy ended with an error, shown above; run the same command again");
}

/** Removes a stack from the state. `--force` is for one whose resources go with the cluster. */
async function removeStack(stack: string, ...more: "--force"[]): Promise<void> {
  const code = await pulumi(["stack", "rm", stack, "--yes", "--preserve-config", ...more], { quiet: true });
  if (code !== 0) throw new Error(`the stack ${stack} could not be removed`);
}
