import { engineSteps } from "../embedded-lab";
import { engineIsReady } from "../pulumi/engine";
import { prepareState, pulumi, selectStack } from "../pulumi/stack";
import { decideEngine } from "../reach";
import { runSteps } from "../steps";

/** Commands that work on a stack; it is made for them if it is not there yet, as `up` would make it. */
const needStack = new Set(["config", "destroy", "preview", "refresh", "up"]);

/** Hands a command line to Pulumi, in the environment of the lab's stack. Its exit code is Pulumi's. */
export async function passThrough(args: string[]): Promise<void> {
  if (!(await engineIsReady())) await runSteps(engineSteps((await decideEngine()).choice));
  await prepareState();
  if (needStack.has(args[0] ?? "")) await selectStack();
  process.exitCode = await pulumi(args);
}
