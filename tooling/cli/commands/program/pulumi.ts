import { requireEngine } from "../../../cluster/embedded-lab";
import { pulumi, selectStack } from "../../../engine/stack/stack";
import { prepareState } from "../../../engine/stack/state";

/** Commands that work on a stack; it is made for them if it is not there yet, as `up` would make it. */
const needStack = new Set(["config", "destroy", "preview", "refresh", "up"]);

/** Hands a command line to Pulumi, in the environment of the lab's stack. Its exit code is Pulumi's. */
export async function passThrough(args: string[]): Promise<void> {
  await requireEngine();
  await prepareState();
  if (needStack.has(args[0] ?? "")) await selectStack();
  process.exitCode = await pulumi(args);
}
