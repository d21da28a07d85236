import { setTimeout as delay } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** Reads of the state, a fifth of a second apart, until one that the engine has just written is given up. */
const READS = 10;

/**
 * An output of this stack as its last `up` left it, for what is to stay from one to the next and that no resource holds.
 * Undefined where there was none. Secret.
 *
 * The engine writes the state meanwhile. In a folder it is two files, of which one is not replaced at once (gocloud.dev,
 * fileblob's `.attrs`): a read in that moment fails with `EOF`. So it is read again, which a StackReference cannot be.
 */
export function lastOutput(name: string): pulumi.Output<unknown> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  return pulumi.secret(outputsOf(stack).then((outputs) => outputs[name]));
}

async function outputsOf(stack: string): Promise<Readonly<Record<string, unknown>>> {
  for (let left = READS; ; left -= 1) {
    try {
      const read: unknown = await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
      return (read as { outputs: Readonly<Record<string, unknown>> }).outputs;
    } catch (error) {
      if (left <= 1 || !String(error).includes("EOF")) throw error;
      await delay(200);
    }
  }
}
