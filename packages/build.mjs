// Builds the package of the working directory into its dist/: JavaScript by esbuild, type declarations by tsc.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const { bin = {}, engines } = JSON.parse(readFileSync("package.json", "utf8"));

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: readdirSync(".", { recursive: true }).filter((file) => file.endsWith(".ts")),
  outdir: "dist",
  format: "cjs",
  platform: "node",
  target: `node${/\d+\.\d+/.exec(engines.node)[0]}`,
  logLevel: "warning",
});
for (const file of Object.values(bin)) chmodSync(file, 0o755);
copyFileSync("../../LICENSE", "dist/LICENSE");
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.json"], { stdio: "inherit" });
