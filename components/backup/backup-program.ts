import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

/** The program, relative to the project's folder. */
const SOURCE = "tooling/backup/schedule/in-cluster.ts";
/** Where the image's Dockerfile finds it. */
const BUNDLE = "images/backup/dist/in-cluster.js";

/**
 * Bundles the program of the backups with all that it imports into the build context of its image. The same sources
 * give the same file, so the image is built again only when they change.
 *
 * @throws Error if the checkout cannot be written to
 */
export function bundleBackupProgram(): void {
  // Not an import: commands that need a name from this folder would load it when they start.
  const { buildSync } = createRequire(resolve("package.json"))("esbuild") as typeof import("esbuild");
  const { outputFiles } = buildSync({
    absWorkingDir: process.cwd(),
    entryPoints: [SOURCE],
    outfile: BUNDLE,
    bundle: true,
    platform: "node",
    target: "node22",
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const text = outputFiles[0]?.text ?? "";
  // Another run may be reading it.
  if (existsSync(BUNDLE) && readFileSync(BUNDLE, "utf8") === text) return;
  mkdirSync(dirname(BUNDLE), { recursive: true });
  writeFileSync(BUNDLE, text);
}
