import pRetry from "p-retry";
import { INSTANCE_LABEL } from "../../../../components/kubernetes";
import { askKubectl } from "../../../cluster/kind";

/** Kinds that `up` creates, for people's eyes and without those that controllers make. */
const KINDS =
  "namespaces,deployments,statefulsets,services,persistentvolumeclaims,secrets,configmaps,serviceaccounts,roles,rolebindings," +
  "clusterroles,clusterrolebindings,networkpolicies,resourcequotas,limitranges";

/**
 * How many objects of the stacks have a name, without what Pulumi has made up at its end.
 *
 * @throws Error if the cluster does not answer: that would look as if nothing were there
 */
export async function objectsOf(stacks: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const path = '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\\n"}{end}';
  const selector = `${INSTANCE_LABEL} in (${stacks.join(",")})`;
  const ask = async (): Promise<string> => {
    const found = await askKubectl(["get", KINDS, "-A", "-l", selector, "-o", `jsonpath=${path}`]);
    if (found === undefined) throw new Error("the cluster did not list its objects");
    return found;
  };
  const printed = await pRetry(ask, { retries: 3 });
  const names = printed.split("\n").filter((line) => line !== "");
  const found = new Map<string, number>();
  for (const name of names.map((each) => each.replace(/-[0-9a-f]{8}$/, "")))
    found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/** What is there more often than before, a line each. */
export function doubles(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after].flatMap(([name, count]) => {
    const usual = before.get(name) ?? 0;
    return count > usual ? [`${name} is there ${count} times, not ${usual}`] : [];
  });
}
