import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { checkout } from "../machine/paths";
import { argoSource, fetchArgoSource } from "./argo-source";
import { goIsReady } from "./go";

/** Packs the packages that others can install. argo-lint gets Argo's schema where Go can fetch its module. */
async function main(): Promise<void> {
  if (goIsReady()) await fetchArgoSource();
  for (const name of ["argo-lint", "argo-workflows"]) {
    execFileSync("npm", ["pack", "--pack-destination", ".."], {
      cwd: join(checkout, "packages", name),
      stdio: "inherit",
      env: { ...process.env, ...(argoSource.isComplete() ? { ARGO_SCHEMA: argoSource.schema } : {}) },
    });
  }
}

void main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
