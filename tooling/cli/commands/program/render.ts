import { resolve } from "node:path";
import { writeManifests } from "../../../engine/render/folder";

/** Writes the stack's Kubernetes objects to a folder, and says how many. */
export async function render(folder: string): Promise<void> {
  const { files, missing } = await writeManifests(folder);
  console.log(
    `${files.length} manifests in ${resolve(folder)}. ` +
      `${missing.length} Secrets are left out; README.md names them.`,
  );
}
