import pMap from "p-map";
import {
  type Account,
  accountsOf,
  attributesOf,
  groupsOf,
  isListed,
  type Probe,
  probes,
  textOf,
  userOf,
} from "../../clients/access";
import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import type { Cluster } from "../../../live/api-clients";

/** Questions asked at the same time. */
const TOGETHER = 16;
/** Wrong answers that a message names. */
const NAMED = 12;

/** Every account may do exactly what the lab says, as far as a list of everything that matters can tell. */
export const rights: Check = {
  name: "rights",
  title: "Every service account may do what its role lists, and nothing else that is asked for",
  run: async ({ lab, see, progress, signal }) => {
    const { rights: listed, namespace, builder } = lab.outputs;
    const questions = probes(listed, [builder.namespace, "kube-system", "default"]);
    for (const account of accountsOf(listed, namespace)) {
      const user = userOf(account);
      const ask = async (probe: Probe, index: number) => {
        progress(`${user}: ${index} of ${questions.length} questions`);
        return { probe, may: await isAllowed(lab.cluster, account, probe) };
      };
      const answers = await pMap(questions, ask, { concurrency: TOGETHER, signal });
      const allowed = answers.filter(({ may }) => may).length;
      const wrong = answers
        .filter(({ may, probe }) => may !== isListed(account, probe))
        .map(({ may, probe }) => `${may ? "may" : "may not"} ${textOf(probe)}`);
      expect(wrong.length === 0, {
        expected: `${user} may do what ${rolesText(account)} lists, and no more`,
        seen: `${wrong.length} of ${questions.length} answers are otherwise: it ${wrong.slice(0, NAMED).join("; ")}`,
        look: [
          `kubectl get rolebindings,clusterrolebindings -A -o wide, for ${account.name} and the groups ${groupsOf(account).join(", ")}`,
        ],
      });
      see(
        `${account.name}, by ${rolesText(account)}: ${allowed} allowed, ${questions.length - allowed} denied`,
      );
    }
  },
};

/** The Roles that an account has, each with its namespace. */
function rolesText({ rights }: Account): string {
  return rights.map(({ role, namespace }) => `Role ${role} in ${namespace}`).join(" and ");
}

async function isAllowed(cluster: Cluster, account: Account, probe: Probe): Promise<boolean> {
  const { status } = await cluster.authorization.createSubjectAccessReview({
    body: {
      spec: { user: userOf(account), groups: groupsOf(account), resourceAttributes: attributesOf(probe) },
    },
  });
  return status?.allowed === true;
}
