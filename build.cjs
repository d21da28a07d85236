// Builds a TypeScript program into one file with a source map, and runs it: what Pulumi's `main` needs.
//
// Pulumi's own way with TypeScript, ts-node, transpiles each file by itself and takes seconds at each preview. esbuild
// takes a fifth of a second for all of them, so nothing has to be built beforehand or kept up to date. What a file finds
// by `__dirname` is the folder of the built file.
"use strict";
const { mkdirSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

// Pulumi's published source maps name files that are in no package, such as `node_modules/@pulumi/resource.ts`. With such
// a line in a stack, `util.inspect` of Node 20.20 never ends (markNodeModules expects a second slash), and the language
// host takes all memory, for half a minute, before it shows the error. So Pulumi's files are shown as they run. Maps are
// read once and kept, and the language host has a stack's lines before the program runs: so Pulumi.yaml has Node load this
// file first.
const UNMAPPED = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
require("source-map-support").install({
  handleUncaughtExceptions: false,
  retrieveSourceMap: (file) =>
    /node_modules[/\\]@pulumi[/\\]/.test(file) ? { url: file, map: UNMAPPED } : null,
});

/**
 * Runs a TypeScript file and gives its exports to a module.
 *
 * @param {NodeModule} target Takes the exports.
 * @param {string} entry Path of the file from this folder.
 */
exports.run = (target, entry) => {
  const file = join(__dirname, "dist", entry.replace(/\.ts$/, ".js"));
  const { outputFiles } = require("esbuild").buildSync({
    absWorkingDir: __dirname,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    // Pulumi's own packages have to be the ones that the language host has loaded.
    packages: "external",
    platform: "node",
    target: "node20",
    // The language host reads it, so that errors name the file and line of the source.
    sourcemap: true,
    sourcesContent: false,
    write: false,
    // The error that is thrown says it all, once.
    logLevel: "silent",
  });
  for (const { path, contents } of outputFiles) keep(path, contents);
  target._compile(outputFiles.find(({ path }) => path === file).text, file);
};

/** Writes a file that others may be writing or reading at the same time. */
function keep(path, contents) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, contents);
    renameSync(draft, path);
  } catch {
    // A checkout that cannot be written to runs all the same; its errors name lines of the built file.
  }
}
