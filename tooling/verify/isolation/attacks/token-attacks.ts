/** A student who goes on with a kubeconfig that has been revoked. */
import { core, get } from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Try } from "../tries/try";

export function tokenAttacks({ name, outputs }: Student): Try[] {
  return [
    {
      who: `${name}'s account`,
      what: "the own pods with a token that was good until it was revoked",
      expected: "refused",
      only: [401],
      means: { kind: "revoked", ...get(core(outputs.namespace, "pods")) },
    },
  ];
}
