// Which room may import from which. Imports go down only: packages, components, config, workflows, stacks, index.ts,
// tooling. A room is entered by its index.ts, which says what is public.
"use strict";

// The folders of tooling, too.
const LAYERS = ["packages", "components", "config", "workflows", "stacks", "index", "tooling"];

const TOOLING = "support machine toolchain engine cluster live class verify backup bench cli".split(" ");

/** A layer may not import from the ones above it. */
const downOnly = (layers, prefix = "") =>
  layers.slice(0, -1).map((layer, place) => ({
    name: `${layer}-imports-down`,
    severity: "error",
    comment: `${prefix}${layer} may import from: ${layers.slice(0, place).join(", ") || "nothing else"}`,
    from: { path: `^${prefix}${layer}[/.]` },
    to: { path: `^${prefix}(${layers.slice(place + 1).join("|")})[/.]` },
  }));

module.exports = {
  forbidden: [
    {
      name: "no-circles",
      severity: "error",
      comment: "Two files that import each other cannot be read one after the other.",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-guests-in-the-program",
      severity: "error",
      comment: "The program, the policies and the tooling do not depend on tests.",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },
    ...downOnly(LAYERS),
    ...downOnly(TOOLING, "tooling/"),
    {
      name: "packages-stand-alone",
      severity: "error",
      comment: "Others can install a package by itself, so it imports nothing of another one.",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/$1/" },
    },
    {
      name: "rooms-by-their-index",
      severity: "error",
      comment: "What a room does not export from its index.ts is its own business.",
      from: { path: "^(?!test/)((?:packages|components)/[^/]+|config|workflows|stacks|.)" },
      to: {
        path: "^((?:packages|components)/[^/]+|config|workflows|stacks)/",
        pathNot: [
          "^$1/",
          "^(?:(?:packages|components)/[^/]+|config|workflows|stacks)/index[.]ts$",
          "^packages/argo-lint/cli/index[.]ts$",
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|test/fixtures|packages/[^/]+/dist)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
