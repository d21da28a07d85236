/** Runs the stack's program under the mocks. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSource } from "../../stacks/preflight/live-cluster";
import type { LabOutputs } from "../../stacks/outputs/outputs";
import program from "../../index";
import { promiseOf, settled } from "./mocks";

/** The program's exports before they are known. */
export type ProgramOutputs = { [Name in keyof LabOutputs]: pulumi.Output<LabOutputs[Name]> } & {
  /** Secret, and so no part of what tools read. */
  appRepositoryPassword: pulumi.Output<string | null>;
};

/** Where a test says nothing about a cluster, there is none to look at. */
const noCluster: ClusterSource = () => Promise.resolve(undefined);

/** Runs the program once more. The record and the configuration have to be prepared before. */
export async function runProgram(cluster: ClusterSource = noCluster): Promise<ProgramOutputs> {
  let outputs: ProgramOutputs | undefined;
  // As the language host does it: the program may then look at every resource of the stack.
  await pulumi.runtime.runInPulumiStack(async () => {
    outputs = (await program(cluster)) as ProgramOutputs;
    return {};
  });
  await settled();
  assert.ok(outputs !== undefined);
  return { ...outputs };
}

/** The outputs as `pulumi stack output --json` prints them, without the secret one. */
export function valuesOf(outputs: ProgramOutputs): Promise<LabOutputs> {
  const open: Partial<ProgramOutputs> = { ...outputs };
  delete open.appRepositoryPassword;
  return promiseOf(pulumi.output(open as Omit<ProgramOutputs, "appRepositoryPassword">));
}
