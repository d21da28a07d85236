#!/usr/bin/env node
// The command line: node tooling/gourmetgram.mjs COMMAND [ARGUMENT…], or npm run COMMAND -- [ARGUMENT…].
import module from "node:module";
import { checkout, requirePackages } from "./launch/packages.mjs";

// A reader that has seen enough, as `| head` has.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
requirePackages();
// Node 22 and later; what it keeps is beside what npm and others keep for the user.
module.enableCompileCache?.();
const { compiled } = await import("./launch/compile.mjs");
// npm runs its scripts in the checkout and tells where it was called; here it is the same without npm.
process.env["INIT_CWD"] ??= process.cwd();
process.chdir(checkout);
await import(await compiled("tooling/cli/main.ts"));
