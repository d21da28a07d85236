import { RunError } from "@pulumi/pulumi";
import { compareRights, describe, type Finding, prove, type RightsNeeded, rightsOf } from "./argo/proof";
import { RIGHTS } from "./rbac";
import { type TrainingManifestsArgs, trainingManifests } from "./training-manifests";

/** The accounts under which pods run, by their names: people's rights follow from no template. */
const ACCOUNTS = {
  train: RIGHTS.train.serviceAccount,
  triggerBuild: RIGHTS.triggerBuild.serviceAccount,
  build: RIGHTS.build.serviceAccount,
};

/** The rights of those accounts. */
const GIVEN = [RIGHTS.train, RIGHTS.triggerBuild, RIGHTS.build];

/**
 * Judges the lab's workflows, and the rights of the accounts under which they run, before anything is created.
 *
 * @returns what the proof cannot judge, so that silence is not taken for a proof
 * @throws pulumi.RunError that lists everything that is wrong, each with its place and what mends it.
 */
export function proveTraining(args: TrainingManifestsArgs): Finding[] {
  // Names instead of outputs, which are not known in a preview: they decide who needs which right, and nothing else.
  const manifests = Object.values(trainingManifests({ ...args, serviceAccounts: ACCOUNTS }));
  const findings = prove(manifests, { closed: true, strict: true });
  const errors = findings.filter(({ severity }) => severity === "error");
  const problems = [...errors.map((error) => describe([error])), ...rightsProblems(rightsOf(manifests))];
  if (problems.length > 0) {
    throw new RunError(`the workflows would not run as they should:\n${problems.join("\n")}`);
  }
  return findings;
}

function rightsProblems({ needs, unknown }: RightsNeeded): string[] {
  const { missing, excess } = compareRights(needs, GIVEN);
  const remedy = "\n    remedy: change RIGHTS in components/rbac.ts";
  return [
    ...unknown.map((each) => `rights: ${each}`),
    ...missing.map((each) => `rights: a template needs what its account may not do, ${each}${remedy}`),
    ...excess.map((each) => `rights: no template needs what an account may do, ${each}${remedy}`),
  ];
}
