import { bringUpCluster, planCluster } from "../../cluster/bring-up";
import { requireEngine } from "../../cluster/embedded-lab";
import { answeringCluster } from "../../engine/cluster-access";
import { prepareState } from "../../engine/stack/state";
import { withLock } from "../../machine/lock";
import { requireNoLab } from "./no-lab";

/** Puts in place what the class's stacks are made with: the engine, the embedded cluster, the stacks' state. */
export async function prepareAll(): Promise<void> {
  const plan = await planCluster();
  console.log(plan.text);
  await withLock(() => bringUpCluster(plan));
  await prepareState();
  await answeringCluster();
  await requireNoLab();
}

/** Puts the engine and the state in place, for what does not need the cluster. */
export async function prepareEngine(): Promise<void> {
  await requireEngine();
  await prepareState();
}
