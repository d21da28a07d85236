import { rm } from "node:fs/promises";
import type { KubeConfig } from "@kubernetes/client-node";
import { audit, clusterParts } from "../cluster/machine-remains";
import { apiIsReady, foreignContainers, nodeContainers, removeCluster } from "../cluster/kind";
import { clusterRecord, removeClusterRecord } from "../machine/cluster-record";
import { removeOlderImages } from "../cluster/images/node-image";
import { canStartDocker, dockerIsReady, labDockerPid, startDocker } from "../machine/docker-daemon";
import { home, logs } from "../machine/paths";
import { hostImagesText, NO_IMAGES, removeHostImages } from "../cluster/images/host-images";
import { requireNothingLeft, settled } from "../support/leftovers";
import { clusterConfig } from "../engine/cluster-access";
import { engineIsReady } from "../engine/engine";
import {
  askPulumi,
  classStacksInState,
  pulumi,
  removeStateIfEmpty,
  stackExists,
  stackOutputs,
} from "../engine/stack";
import { hasOwnCluster, stackName } from "../engine/stack-settings";
import { dependentsOf } from "../live/dependents";
import { objectsIn, remainsOf, type StackObject } from "../live/stack-remains";
import { runSteps, type Step } from "../machine/steps";

/** Destroys the stack, then the embedded cluster if that is what carries it. */
export async function down(options: { dryRun?: boolean; force?: boolean }): Promise<void> {
  const classStacks = hasOwnCluster() ? [] : classStacksInState();
  if (classStacks.length > 0 && options.force !== true && options.dryRun !== true) {
    throw new Error(
      `a class is on this cluster, with the stacks ${classStacks.join(", ")}\n` +
        "  remedy: npm run class -- down --roster FILE; npm run down -- --force takes it away with the cluster",
    );
  }
  const stack = (await engineIsReady()) && (await stackExists());
  const embedded = !hasOwnCluster();
  if (options.dryRun === true) {
    console.log(stack ? `the stack ${stackName} with all its resources` : "no stack");
    for (const each of classStacks) console.log(`the stack ${each}, with --force alone`);
    for (const each of embedded ? (await audit()).left : []) console.log(each);
    return;
  }
  if (embedded) await requireOwnCluster();
  if (stack) await (embedded ? destroyStack({ embedded }) : destroyOnOwnCluster(options.force === true));
  for (const each of classStacks) await forget(each);
  if (embedded) await runSteps([clusterRemoval]);
  await removeStateIfEmpty();
  if (!embedded) {
    console.log(`The stack ${stackName} is gone.`);
    return;
  }
  requireNothingLeft((await audit()).left);
  await rm(logs, { recursive: true, force: true });
  console.log("The lab is gone; the cache of what was built is kept (npm run audit lists it).");
  const pid = labDockerPid();
  if (pid !== undefined)
    console.log(`The Docker daemon that the lab has started goes on, process ${pid}; kill ${pid} ends it.`);
}

/**
 * Makes sure that the cluster can be taken away, and that it is the lab's.
 *
 * @throws Error if not; nothing has been changed then
 */
async function requireOwnCluster(): Promise<void> {
  const record = clusterRecord();
  // After a restart of a machine without systemd, what holds the cluster has yet to be started.
  if (record !== undefined && !(await dockerIsReady())) {
    if (!canStartDocker())
      throw new Error(
        "the cluster's containers cannot be removed: Docker does not answer\n  remedy: start Docker",
      );
    await startDocker(() => undefined);
  }
  const foreign = foreignContainers((await nodeContainers()) ?? [], record);
  if (foreign.length === 0) return;
  throw new Error(
    `the lab in ${home} did not make ${foreign.map(({ name }) => name).join(", ")}\n` +
      "  remedy: run the command with GOURMETGRAM_LAB_HOME naming the folder of the lab that did",
  );
}

/** What `kind delete cluster` does, which needs no `kind` then; and proves it, while it is known what there was. */
const clusterRemoval: Step = {
  title: "The cluster's containers, volumes and network",
  run: async () => {
    await removeCluster();
    requireNothingLeft(await clusterParts());
    removeClusterRecord();
    if (await dockerIsReady()) await removeOlderImages();
  },
  remedy: "run npm run down again",
};

/** Destroys the stack and proves that nothing of it is left, neither in the cluster nor on this machine. */
async function destroyOnOwnCluster(force: boolean): Promise<void> {
  const config = await clusterConfig();
  const state = await askPulumi(["stack", "export", "--stack", stackName]);
  // Without it nobody would know what to look for, and everything would seem to be gone.
  if (state === undefined) throw new Error(`the state of ${stackName} cannot be read; nothing was changed`);
  const objects = objectsIn(state);
  if (!force) await requireNoDependents(config, objects);
  const registry = await registryOf();
  await destroyStack({ embedded: false });
  const { left, kept } = await settled(() => remainsOf(config, objects));
  const images = registry === undefined ? NO_IMAGES : await removeHostImages(registry);
  const text = hostImagesText(images);
  if (text !== "") console.log(text);
  if (kept.length > 0) console.log(`kept, as the settings say: ${kept.join(", ")}`);
  requireNothingLeft([...left, ...images.left]);
}

/** @throws Error if objects of others would go with the stack; nothing has been changed then */
async function requireNoDependents(config: KubeConfig, objects: readonly StackObject[]): Promise<void> {
  const dependents = await dependentsOf(config, objects);
  if (dependents.length === 0) return;
  const some = dependents.slice(0, 5).join(", ");
  throw new Error(
    `Argo's kinds belong to the stack ${stackName}, and ${dependents.length} objects outside of it would be deleted ` +
      `with them: ${some}${dependents.length > 5 ? ", …" : ""}\n` +
      "  remedy: delete those first; npm run down -- --force deletes them with the stack",
  );
}

/** The address that the stack's images were pushed to. */
async function registryOf(): Promise<string | undefined> {
  const registry = (await stackOutputs())?.["registry"] as { forPushing?: string } | undefined;
  return registry?.forPushing;
}

/** Removes a stack from the state whose resources go with the cluster. */
async function forget(stack: string): Promise<void> {
  if (
    (await pulumi(["stack", "rm", stack, "--yes", "--force", "--preserve-config"], { quiet: true })) !== 0
  ) {
    throw new Error(`the stack ${stack} could not be removed`);
  }
}

async function destroyStack({ embedded }: { embedded: boolean }): Promise<void> {
  const display = process.stdout.isTTY ? [] : ["--suppress-progress"];
  if (!embedded || (await apiIsReady())) {
    const code = await pulumi(["destroy", "--yes", "--skip-preview", "--stack", stackName, ...display]);
    if (code !== 0)
      throw new Error("pulumi destroy ended with an error, shown above; run the same command again");
  } else {
    console.log("The embedded cluster does not answer: its resources go with it, unasked.");
  }
  const force = embedded ? ["--force"] : [];
  if (
    (await pulumi(["stack", "rm", stackName, "--yes", "--preserve-config", ...force], { quiet: true })) !== 0
  ) {
    throw new Error(`the stack ${stackName} could not be removed`);
  }
}
