// ts-node for the tests, with esbuild in TypeScript's place. Not in tsconfig.json: Pulumi has ts-node check the types of a
// policy pack, which excludes a transpiler.
"use strict";
require("ts-node").register({ transpiler: require.resolve("./transpiler.cjs") });
