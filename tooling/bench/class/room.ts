import { sumFootprints } from "../../class/capacity/capacity";
import type { ClassContext } from "../../class/class-context";
import { benchStudents } from "./roster";

/** No machine that this is run on has room for more. */
const MOST = 99;

/**
 * How many small students the cluster has room for, by what their pods ask for, with one training run beside them: the
 * rule by which `class up` refuses a class.
 */
export async function roomForStudents({
  cluster,
  estimate,
}: Pick<ClassContext, "cluster" | "estimate">): Promise<number> {
  const capacity = await cluster.capacity([]);
  if (capacity === undefined) throw new Error("the cluster does not say what it has room for");
  const one = estimate("config:\n  gourmetgram:size: small\n");
  const fits = (count: number): boolean =>
    sumFootprints(
      benchStudents(count).map(() => one),
      capacity,
    ).problems.length === 0;
  let count = 0;
  while (count < MOST && fits(count + 1)) count += 1;
  return count;
}
