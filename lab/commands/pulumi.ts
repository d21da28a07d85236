import { engineSteps } from "../embedded-lab";
import { engineIsInstalled, officialDownloadsInReach } from "../pulumi/engine";
import { prepareState, pulumi } from "../pulumi/stack";
import { runSteps } from "../steps";

/** Hands a command line to Pulumi, in the environment of the lab's stack. Its exit code is Pulumi's. */
export async function passThrough(args: string[]): Promise<void> {
  if (!engineIsInstalled()) await runSteps(engineSteps(await officialDownloadsInReach()));
  await prepareState();
  process.exitCode = await pulumi(args);
}
