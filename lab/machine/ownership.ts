import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { home, kubernetesFolders, ownershipMarker } from "../paths";

/** Says in the folders that kubeadm fixes that they are this lab's. A machine has them once, so it holds one lab. */
export function claimFolders(): void {
  mkdirSync(kubernetesFolders.configuration, { recursive: true });
  writeFileSync(ownershipMarker, `${home}\n`);
}

/** The folder of the lab whose cluster is on this machine; undefined if there is none. */
export function owningHome(): string | undefined {
  return existsSync(ownershipMarker) ? readFileSync(ownershipMarker, "utf8").trim() : undefined;
}

/** @throws Error if the cluster on this machine is that of a lab in another folder; nothing has been changed then */
export function requireOwnCluster(): void {
  const owner = owningHome();
  if (owner === undefined || owner === home) return;
  throw new Error(
    `the embedded cluster on this machine belongs to the lab in ${owner}, not to the one in ${home}\n` +
      `  remedy: run the command with GOURMETGRAM_LAB_HOME=${owner}`,
  );
}
