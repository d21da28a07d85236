// What Pulumi runs: index.ts. Plain JavaScript, because this is what makes TypeScript run.
"use strict";
const Module = require("node:module");
const { runBundled } = require("./bundle.cjs");

const sdk = { paths: [require.resolve("@pulumi/pulumi")] };

/** Puts off the loading of a module until something of it is used. */
function loadOnUse(request) {
  const path = require.resolve(request, sdk);
  if (path in require.cache) return;
  const stand = new Module(path);
  stand.loaded = true;
  stand.exports = new Proxy(function unloaded() {}, {
    get(_, key) {
      if (key === "__esModule") return true;
      delete require.cache[path];
      return Reflect.get(require(path), key);
    },
  });
  require.cache[path] = stand;
}

// Pulumi's SDK begins with loading npm's resolver and a compiler, for functions that are sent elsewhere to run, and the
// means to drive an engine. This program uses none of them, and they take as long as all the rest.
for (const each of ["@npmcli/arborist", "typescript", "@pulumi/pulumi/automation"]) loadOnUse(each);
// The language host has every frame of every stack looked up in source maps, and the SDK takes stacks of each resource.
Error.prepareStackTrace = undefined;

runBundled(module, "index.ts");
