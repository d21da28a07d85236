/** A storm of requests to the API server, which all students share: the others' requests have queues of their own. */
import { get } from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Try } from "../tries/try";

/** More than the API server carries out at once for all students together, and few enough to be over in seconds. */
const TIMES = 100;

const runsOf = ({ outputs }: Student) =>
  get(`/apis/argoproj.io/v1alpha1/namespaces/${outputs.namespace}/workflows`);

export function stormAttacks(own: Student, other: Student): Try[] {
  return [
    {
      who: `${other.name}'s kubeconfig`,
      what: `the own runs while ${own.name} sends ${TIMES} requests at once`,
      expected: "reached",
      means: { kind: "storm", other, flood: runsOf(own), times: TIMES, ...runsOf(other) },
    },
  ];
}
