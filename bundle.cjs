// Makes TypeScript run where Pulumi starts a program: all of its files become one.
//
// Pulumi's own way, ts-node, transpiles every file by itself and takes seconds for it at each preview; esbuild takes a
// tenth of one, and nothing where no file has changed since. What a file finds by `__dirname` is this folder: all files
// are one.
"use strict";
const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const CACHE = join(__dirname, "node_modules", ".cache", "gourmetgram");
/** What the result depends on beside the sources. */
const SETTINGS = ["tsconfig.json", "bundle.cjs", "node_modules/esbuild/package.json"];

/**
 * Runs a TypeScript file and gives its exports to a module.
 *
 * @param {NodeModule} target Takes the exports.
 * @param {string} entry Path of the file from this folder.
 */
exports.runBundled = (target, entry) => {
  const name = entry.replace(/\.ts$/, ".bundle.js").replaceAll("/", "-");
  target._compile(kept(name) ?? keep(name, Date.now(), bundle(entry)), join(__dirname, name));
};

/** When the files were last changed; a file that is gone has never been. */
const agesOf = (files) =>
  Object.fromEntries(
    files.map((file) => [file, statSync(join(__dirname, file), { throwIfNoEntry: false })?.mtimeMs ?? 0]),
  );

/** What was made before, if it is still what these files make. */
function kept(name) {
  try {
    const { ages, text } = JSON.parse(readFileSync(join(CACHE, `${name}.json`), "utf8"));
    const now = agesOf(Object.keys(ages));
    return Object.entries(ages).every(([file, age]) => age === now[file]) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it for the next time, where the folder can be written to. */
function keep(name, begun, { text, files }) {
  const ages = agesOf(files);
  // A file that was saved meanwhile may be another one by now.
  if (Object.values(ages).some((age) => age >= begun)) return text;
  try {
    mkdirSync(CACHE, { recursive: true });
    const file = join(CACHE, `${name}.json`);
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ ages, text }));
    renameSync(draft, file);
  } catch {
    // It is made again the next time.
  }
  return text;
}

function bundle(entry) {
  const { outputFiles, metafile } = require("esbuild").buildSync({
    absWorkingDir: __dirname,
    entryPoints: [entry],
    bundle: true,
    // Pulumi's own packages have to be the ones that the language host has loaded.
    packages: "external",
    platform: "node",
    target: "node20",
    metafile: true,
    write: false,
    // The error that is thrown says it all, once.
    logLevel: "silent",
  });
  return { text: outputFiles[0].text, files: [...Object.keys(metafile.inputs), ...SETTINGS] };
}
