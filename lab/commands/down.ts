import type { KubeConfig } from "@kubernetes/client-node";
import { audit } from "../audit";
import { apiIsReady } from "../cluster/kubernetes";
import { requireOwnCluster } from "../machine/ownership";
import { hostImagesText, NO_IMAGES, removeHostImages } from "../images/host-images";
import { requireNothingLeft, settled } from "../leftovers";
import { clusterConfig } from "../pulumi/cluster";
import { engineIsReady } from "../pulumi/engine";
import {
  askPulumi,
  classStacksInState,
  pulumi,
  removeStateIfEmpty,
  stackExists,
  stackOutputs,
} from "../pulumi/stack";
import { hasOwnCluster, stackName } from "../stack-settings";
import { dependentsOf } from "../dependents";
import { objectsIn, remainsOf, type StackObject } from "../stack-remains";
import { runSteps } from "../steps";
import { proveNothingIsLeft, teardownSteps } from "../teardown";

/** Destroys the stack, then the embedded cluster if that is what carries it. */
export async function down(options: { dryRun?: boolean; force?: boolean }): Promise<void> {
  if (!hasOwnCluster()) requireOwnCluster();
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
    for (const each of embedded ? await audit() : []) console.log(each);
    return;
  }
  if (stack) await (embedded ? destroyStack({ embedded }) : destroyOnOwnCluster(options.force === true));
  for (const each of classStacks) await forget(each);
  if (embedded) await runSteps(teardownSteps());
  await removeStateIfEmpty();
  if (embedded) await proveNothingIsLeft();
  console.log(
    embedded ? "The lab is gone; the cache of what was built is kept." : `The stack ${stackName} is gone.`,
  );
}

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
