import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { pushPassword } from "../../../engine/stack/live-lab";
import { haystacksOf } from "../../secrets/haystacks";
import type { Lab } from "../../suite/lab";
import { kindsText } from "../../suite/report";
import { type Needle, finds, needlesOf, secretsOf } from "../../secrets/needles";
import { podSpecOf, workloadsOf } from "../../pods/workloads";

/** The database's password, any other secret of MLflow, and the password for pushing are in Secrets and nowhere else. */
export const secrets: Check = {
  name: "secrets",
  title: "Passwords are in Secrets and nowhere else",
  run: async ({ lab, see, progress }) => {
    const needles = await needlesIn(lab);
    expect(needles.length > 0, {
      expected: "MLflow and its database read their passwords from Secrets",
      seen: "no Secret in their pods",
    });
    see(`looked for: ${needles.map((needle) => needle.what).join("; ")}`);

    progress("reading pods, ConfigMaps, Argo's objects, logs and outputs");
    const haystacks = await haystacksOf(lab);
    const found = finds(needles, haystacks);
    expect(found.length === 0, { expected: "no secret outside Secrets", seen: found.join("; ") });
    see(`not found in: ${kindsText(haystacks.map(({ what }) => what))}`);
  },
};

/** The secrets of the workloads that keep data, and the password with which students push. */
async function needlesIn({ cluster, outputs }: Lab): Promise<Needle[]> {
  const found = new Map<string, Needle[]>();
  const password = await pushPassword();
  if (password !== null) {
    found.set("", [{ what: "the password for pushing to the application's repository", value: password }]);
  }
  for (const workload of workloadsOf(outputs.workloads)) {
    for (const name of secretsOf(await podSpecOf(cluster, workload))) {
      const { data = {} } = await cluster.core.readNamespacedSecret({ name, namespace: workload.namespace });
      found.set(name, needlesOf(name, data));
    }
  }
  return [...found.values()].flat();
}
