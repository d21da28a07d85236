/**
 * Runs the tests that need programs which `npm run up` puts in place: the Pulumi engine, and Argo's own command line as
 * an oracle over the lab's workflows.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { engineIsInstalled, pulumiHome } from "../lab/pulumi/engine";
import { goBuilds, isBuilt, programPath } from "../lab/toolchain/go-builds";

if (!engineIsInstalled()) {
  console.error(
    "error: there is no Pulumi engine yet\n  remedy: npm run up -- --cluster-only, then run this again",
  );
  process.exit(1);
}
const checkout = join(__dirname, "..");
const argo = isBuilt(goBuilds.argo) ? { GOURMETGRAM_ARGO: programPath(goBuilds.argo, "argo") } : {};
const files = ["test/engine/**/*.test.ts", "test/unit/argo/proof/argo-lint.test.ts"];
const { status } = spawnSync(join(checkout, "node_modules", ".bin", "mocha"), files, {
  cwd: checkout,
  stdio: "inherit",
  env: { ...process.env, GOURMETGRAM_ENGINE_HOME: pulumiHome, ...argo },
});
process.exit(status ?? 1);
