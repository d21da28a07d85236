import { audit } from "../audit";
import { apiIsReady } from "../cluster/kubernetes";
import { requireOwnCluster } from "../machine/ownership";
import { engineIsReady } from "../pulumi/engine";
import { classStacksInState, pulumi, removeStateIfEmpty, stackExists } from "../pulumi/stack";
import { hasOwnCluster, stackName } from "../stack-settings";
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
  if (stack) await destroyStack(embedded);
  for (const each of classStacks) await forget(each);
  if (embedded) await runSteps(teardownSteps());
  await removeStateIfEmpty();
  if (embedded) await proveNothingIsLeft();
  console.log(
    embedded ? "The lab is gone; the cache of what was built is kept." : `The stack ${stackName} is gone.`,
  );
}

/** Removes a stack from the state whose resources go with the cluster. */
async function forget(stack: string): Promise<void> {
  if (
    (await pulumi(["stack", "rm", stack, "--yes", "--force", "--preserve-config"], { quiet: true })) !== 0
  ) {
    throw new Error(`the stack ${stack} could not be removed`);
  }
}

async function destroyStack(embedded: boolean): Promise<void> {
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
