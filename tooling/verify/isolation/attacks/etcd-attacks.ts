/** What a student can make etcd store. It holds all objects of the cluster. */
import { mergePatch } from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Request } from "../../clients/send";
import type { Try } from "../tries/try";

/** How often the own run is changed: without rules, 60 changes of the largest size take 91 MB. */
const TIMES = 60;
/** Most bytes that one change may store: more than all limits for a run's members add up to. */
const MOST = 200_000;
/** Nearly as many annotations as a run may have, since Argo writes some too, and each nearly as long. */
const MANY = 28;
const LONG = 4000;
/** Nearly as much as the API server takes of annotations; refused ones are stored nowhere. */
const ALL = 250_000;

/** @param run Name of a run of the student that is suspended */
export function etcdAttacks({ name, outputs }: Student, run: string): Try[] {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${outputs.namespace}/workflows/${run}`;
  const write = (annotations: Readonly<Record<string, string>>): Request => {
    const request = mergePatch(path, { metadata: { annotations } });
    // No dry run, because that stores nothing.
    return { ...request, path };
  };
  const changes = Array.from({ length: TIMES }, (_, time) => {
    // Each one differs, because a change that changes nothing is not stored.
    const text = String(time).padStart(LONG, "x");
    const notes = Array.from({ length: MANY }, (_item, index): [string, string] => [`verify-${index}`, text]);
    return [write({ huge: String(time).padStart(ALL, "x") }), write(Object.fromEntries(notes))];
  });
  return [
    {
      who: `${name}'s kubeconfig`,
      what: `to have etcd store more than ${(TIMES * MOST) / 1e6} MB by ${TIMES} changes of the largest allowed size`,
      expected: "refused",
      means: { kind: "fill", requests: changes.flat(), most: TIMES * MOST },
    },
  ];
}
