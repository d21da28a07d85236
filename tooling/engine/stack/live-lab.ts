import type { KubeConfig } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../stacks";
import { stackName } from "./stack-settings";
import { answeringCluster } from "../cluster-access";
import { foundIn } from "../answer";
import { labOutputs } from "./outputs";
import { askPulumi, stackOutputs } from "./stack";

/** A lab that is up: what its stack says about it, and the way to its cluster. */
export interface LiveLab {
  readonly outputs: LabOutputs;
  /** The outputs as Pulumi prints them, without secrets. */
  readonly outputsText: string;
  readonly config: KubeConfig;
}

/**
 * The outputs of the stack's last `up`, whether or not its cluster answers.
 *
 * @throws Error with a remedy if there is no stack, or it is not wholly up
 */
export async function findOutputs(): Promise<{ outputs: LabOutputs; outputsText: string }> {
  const found = foundIn(await stackOutputs(), `the stack ${stackName}`);
  if (found === undefined) throw new Error(`there is no stack ${stackName}\n  remedy: npm run up`);
  return { outputs: labOutputs(found), outputsText: JSON.stringify(found, null, 2) };
}

/**
 * Finds the lab by the stack's outputs.
 *
 * @throws Error with a remedy if there is no lab, or if its cluster does not answer
 */
export async function findLab(): Promise<LiveLab> {
  const found = await findOutputs();
  return { ...found, config: await answeringCluster() };
}

/** The password with which students push to the lab's own application repository; `null` where there is none. */
export async function pushPassword(): Promise<string | null> {
  const args = ["stack", "output", "appRepositoryPassword", "--show-secrets", "--json", "--stack", stackName];
  const printed = foundIn(await askPulumi(args), "the output appRepositoryPassword");
  if (printed === undefined) {
    throw new Error("the stack lacks the output appRepositoryPassword\n  remedy: npm run up");
  }
  return JSON.parse(printed) as string | null;
}
