// Has ts-node transpile with esbuild, as the commands are compiled: it takes a twentieth of TypeScript's time. What came of
// a file is kept until the file changes.
"use strict";
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { basename, join } = require("node:path");
const { transformSync, version } = require("esbuild");

const CACHE = join(__dirname, "..", "..", "node_modules", ".cache", "transpiled-tests");
const OPTIONS = {
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "node20",
  sourcemap: "external",
  sourcesContent: false,
};

const hashOf = (...texts) => createHash("sha256").update(JSON.stringify(texts)).digest("hex");

/** @returns what ts-node expects of a `transpiler` */
exports.create = () => ({
  transpile(source, { fileName }) {
    const kept = join(CACHE, `${basename(fileName)}-${hashOf(fileName).slice(0, 16)}.json`);
    const made = hashOf(version, OPTIONS, source);
    try {
      const { from, ...output } = JSON.parse(readFileSync(kept, "utf8"));
      if (from === made) return output;
    } catch {
      // Not there yet.
    }
    const { code, map } = transformSync(source, { ...OPTIONS, sourcefile: fileName });
    const output = { outputText: code, sourceMapText: map };
    keep(kept, JSON.stringify({ from: made, ...output }));
    return output;
  },
});

/** Writes a file that other processes may be writing or reading at the same time. */
function keep(file, text) {
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // A checkout that cannot be written to is tested all the same.
  }
}
