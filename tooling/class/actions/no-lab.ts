import { foundIn } from "../../engine/answer";
import { stackOutputs } from "../../engine/stack/stack";
import { hasOwnCluster, stackName } from "../../engine/stack/stack-settings";

/** @throws Error if a single-user lab, with its own registry and Argo, is on the embedded cluster, or nobody can tell */
export async function requireNoLab(): Promise<void> {
  if (hasOwnCluster()) return;
  if (foundIn(await stackOutputs(), `the stack ${stackName}`)?.["namespace"] === undefined) return;
  throw new Error(
    `the embedded cluster has a lab on it, with the stack ${stackName}\n` +
      "  remedy: npm run down, which deletes the lab with its data (npm run backup -- FILE first keeps it); then the same command again",
  );
}
