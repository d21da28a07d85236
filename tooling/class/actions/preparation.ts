import { bringUpCluster, planCluster } from "../../cluster/bring-up";
import { engineSteps } from "../../cluster/embedded-lab";
import { requireDocker } from "../../machine/docker";
import { engineIsReady } from "../../engine/engine";
import { prepareState } from "../../engine/state";
import { decideEngine } from "../../machine/reach";
import { runSteps } from "../../machine/steps";
import { requireNoLab } from "./no-lab";
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

/** Puts the engine and the state in place, for what does not need the cluster. */
export async function prepareEngine({ silent }: { silent: boolean }): Promise<void> {
  if (!(await engineIsReady())) {
    if (silent) throw new Error("there is no Pulumi engine yet\n  remedy: npm run class -- up --roster FILE");
    await runSteps(engineSteps((await decideEngine()).choice));
  }
  await prepareState();
}
