// ts-node for the tests, with esbuild in TypeScript's place. Not in tsconfig.json: Pulumi has ts-node check the types of a
// policy pack, which excludes a transpiler.
"use strict";
require("ts-node").register({ transpiler: require.resolve("./transpiler.cjs") });

// Pulumi takes a stack trace, as text, for each promise and resource. Nobody reads it, and to look up the lines of the
// sources for it is a third of the time of a test that runs the program.
const withLinesOfSources = Error.prepareStackTrace;
Error.prepareStackTrace = (error, frames) =>
  error.message === "" && /[/\\]@pulumi[/\\]pulumi[/\\]/.test(frames[0]?.getFileName() ?? "")
    ? [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n")
    : withLinesOfSources(error, frames);
