import type { RightOutput } from "../../components/outputs";
import { type Probe, attributesOf, groupsOf, isListed, probes, textOf, userOf } from "../access";
import { type Check, expect } from "../check";
import type { Cluster } from "../cluster";

/** Questions asked at the same time. */
const TOGETHER = 16;
/** Wrong answers that a message names. */
const NAMED = 12;

/** Every account may do exactly what the lab says, as far as a list of everything that matters can tell. */
export const rights: Check = {
  name: "rights",
  title: "Every service account may do what its role lists, and nothing else that is asked for",
  run: async ({ lab, see, progress, signal }) => {
    const listed = lab.outputs.rights;
    const questions = probes(listed, ["kube-system", "default"]);
    for (const right of listed) {
      const user = userOf(right);
      const wrong: string[] = [];
      let allowed = 0;
      for (let from = 0; from < questions.length; from += TOGETHER) {
        signal.throwIfAborted();
        progress(`${user}: ${from} of ${questions.length} questions`);
        const some = questions.slice(from, from + TOGETHER);
        const answers = await Promise.all(some.map((probe) => isAllowed(lab.cluster, right, probe)));
        for (const [index, probe] of some.entries()) {
          const answer = answers[index] === true;
          if (answer) allowed += 1;
          if (answer !== isListed(right, probe)) wrong.push(`${answer ? "may" : "may not"} ${textOf(probe)}`);
        }
      }
      expect(wrong.length === 0, {
        expected: `${user} may do what Role ${right.role} lists, and no more`,
        seen: `${wrong.length} of ${questions.length} answers are otherwise: it ${wrong.slice(0, NAMED).join("; ")}`,
        look: [
          `kubectl get rolebindings,clusterrolebindings -A -o wide, for ${right.serviceAccount} and the groups ${groupsOf(right).join(", ")}`,
        ],
      });
      see(`${right.serviceAccount}: ${allowed} allowed, ${questions.length - allowed} denied`);
    }
  },
};

async function isAllowed(cluster: Cluster, right: RightOutput, probe: Probe): Promise<boolean> {
  const { status } = await cluster.authorization.createSubjectAccessReview({
    body: { spec: { user: userOf(right), groups: groupsOf(right), resourceAttributes: attributesOf(probe) } },
  });
  return status?.allowed === true;
}
