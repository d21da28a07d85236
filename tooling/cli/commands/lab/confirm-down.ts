import { stackExists } from "../../../engine/stack/stack";
import { hasOwnCluster, keepsData, stackName } from "../../../engine/stack/stack-settings";
import { clusterRecord } from "../../../machine/cluster-record";
import { confirm } from "../../../support/confirm";
import type { DownOptions } from "./down";

/**
 * Asks before `down` destroys something. Where nothing is there, it does not ask.
 *
 * @throws NotStarted if the answer is not yes, or there is no terminal to ask on and no `--yes`
 */
export async function confirmDown({ dryRun = false, force = false, yes }: DownOptions): Promise<void> {
  if (dryRun) return;
  const there = [
    ...((await stackExists()) ? [`the stack ${stackName}`] : []),
    ...(hasOwnCluster() || clusterRecord() === undefined || (keepsData() && !force)
      ? []
      : ["the embedded cluster with all that is on it"]),
  ];
  if (there.length > 0) await confirm(`Delete ${there.join(" and ")}?`, yes);
}
