/** Runs the tests that need a Pulumi engine, with the one that `npm run up` put in place. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { engineIsInstalled, pulumiHome } from "../lab/pulumi/engine";

if (!engineIsInstalled()) {
  console.error(
    "error: there is no Pulumi engine yet\n  remedy: npm run up -- --cluster-only, then run this again",
  );
  process.exit(1);
}
const mocha = join(__dirname, "..", "node_modules", ".bin", "mocha");
const { status } = spawnSync(mocha, ["test/engine/**/*.test.ts"], {
  cwd: join(__dirname, ".."),
  stdio: "inherit",
  env: { ...process.env, GOURMETGRAM_ENGINE_HOME: pulumiHome },
});
process.exit(status ?? 1);
