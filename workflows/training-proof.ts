import { RunError } from "@pulumi/pulumi";
import {
  compareRights,
  describe,
  type Finding,
  type GivenRight,
  prove,
  type RightsNeeded,
  rightsOf,
} from "../packages/argo-lint";
import { ACCOUNTS, type Right, RIGHTS } from "../components/rbac";
import { type TrainingManifestsArgs, trainingManifests } from "./training-manifests";

/**
 * Judges the lab's workflows, and the rights of the accounts under which they run, before anything is created.
 *
 * @param rights All rights that the lab gives.
 * @returns what the proof cannot judge, so that silence is not taken for a proof
 * @throws pulumi.RunError that lists everything that is wrong, each with its place and what mends it.
 */
export function proveTraining(args: TrainingManifestsArgs, rights: readonly Right[] = RIGHTS): Finding[] {
  // Names instead of outputs, which are not known in a preview: they decide who needs which right, and nothing else.
  const manifests = Object.values(trainingManifests({ ...args, serviceAccounts: ACCOUNTS }));
  const findings = prove(manifests, { closed: true, house: true });
  const errors = findings.filter(({ severity }) => severity === "error" || severity === "warning");
  const given = givenToPods(rights, args.staging.namespace);
  const problems = [
    ...errors.map((error) => describe([error])),
    ...rightsProblems(rightsOf(manifests), given),
  ];
  if (problems.length > 0) {
    throw new RunError(`the workflows would not run as they should:\n${problems.join("\n")}`);
  }
  return findings;
}

/** The rights of the accounts under which pods run: those of people follow from no template. */
function givenToPods(rights: readonly Right[], stagingNamespace: string): GivenRight[] {
  return rights
    .filter(({ serviceAccount }) => serviceAccount !== ACCOUNTS.student)
    .map(({ serviceAccount, place, rules }) => ({
      serviceAccount,
      rules,
      ...(place === "platform" ? {} : { namespace: stagingNamespace }),
    }));
}

function rightsProblems({ needs, unknown }: RightsNeeded, given: readonly GivenRight[]): string[] {
  const { missing, excess } = compareRights(needs, given);
  const remedy = "\n    remedy: change RIGHTS in components/rbac/rbac.ts";
  return [
    ...unknown.map((each) => `rights: ${each}`),
    ...missing.map((each) => `rights: a template needs what its account may not do, ${each}${remedy}`),
    ...excess.map((each) => `rights: no template needs what an account may do, ${each}${remedy}`),
  ];
}
