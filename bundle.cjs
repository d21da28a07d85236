// Makes TypeScript run where Pulumi starts a program: all of its files become one in memory, each time.
//
// Pulumi's own way, ts-node, transpiles every file by itself and takes seconds for it at each preview; esbuild takes a
// tenth of one. What a file finds by `__dirname` is this folder: all files are one.
"use strict";
const { join } = require("node:path");
const { buildSync } = require("esbuild");

/**
 * Runs a TypeScript file and gives its exports to a module.
 *
 * @param {NodeModule} target Takes the exports.
 * @param {string} entry Path of the file from this folder.
 */
exports.runBundled = (target, entry) => {
  const [bundle] = buildSync({
    absWorkingDir: __dirname,
    entryPoints: [entry],
    bundle: true,
    // Pulumi's own packages have to be the ones that the language host has loaded.
    packages: "external",
    platform: "node",
    target: "node20",
    write: false,
    // The error that is thrown says it all, once.
    logLevel: "silent",
  }).outputFiles;
  target._compile(bundle.text, join(__dirname, entry.replace(/\.ts$/, ".bundle.js").replaceAll("/", "-")));
};
