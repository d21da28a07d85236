import { bringUpCluster, planCluster } from "../../cluster/bring-up";
import { engineSteps } from "../../cluster/embedded-lab";
import { requireDocker } from "../../machine/docker";
import { engineIsReady } from "../../engine/engine";
import { prepareState, stackOutputs } from "../../engine/stack";
import { decideEngine } from "../../machine/reach";
import { hasOwnCluster, stackName } from "../../engine/stack-settings";
import { runSteps } from "../../machine/steps";
import { requireCluster } from "./open-class";

/** Puts in place what the class's stacks are made with: the engine, the embedded cluster, the stacks' state. */
export async function prepareAll({ silent }: { silent: boolean }): Promise<void> {
  const plan = await planCluster();
  if (!silent) console.log(plan.text);
  await bringUpCluster(plan, { silent });
  await prepareState();
  await requireCluster();
  await requireDocker();
  await requireNoLab();
}

/** @throws Error if a lab of one's own has the embedded cluster, with a registry and an Argo of its own */
async function requireNoLab(): Promise<void> {
  if (hasOwnCluster() || (await stackOutputs())?.["namespace"] === undefined) return;
  throw new Error(
    `the embedded cluster has a lab on it, with the stack ${stackName}\n` +
      "  remedy: npm run down, which takes the lab away with its data; then the same command again",
  );
}

/** Puts the engine and the state in place, for what does not need the cluster. */
export async function prepareEngine({ silent }: { silent: boolean }): Promise<void> {
  if (!(await engineIsReady())) {
    if (silent) throw new Error("there is no Pulumi engine yet\n  remedy: npm run class -- up --roster FILE");
    await runSteps(engineSteps((await decideEngine()).choice));
  }
  await prepareState();
}
