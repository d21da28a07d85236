import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/** What is used of the package sass, which is not among this project's own. */
interface Sass {
  compile(
    path: string,
    options: { loadPaths: string[]; quietDeps: boolean; logger: unknown },
  ): { css: string };
  readonly Logger: { readonly silent: unknown };
}

/** Files that stand in for others. */
export const otherModules = (ui: string): Plugin => ({
  name: "other modules",
  setup(build) {
    const own: [RegExp, string][] = [
      [/^uuid\/v1$/, "uuid-v1.cjs"],
      // As the dashboard names it, and as argo-ui itself does.
      [/^(argo-ui\/src\/components|\.)\/logs-viewer\/logs-viewer$/, "logs-viewer.mjs"],
      [/^monaco-editor\/esm\/vs\/editor\/editor\.api$/, "monaco.mjs"],
    ];
    for (const [filter, file] of own) build.onResolve({ filter }, () => ({ path: join(ui, file) }));
    // The one that react-form brings evaluates a text as code. The server's Content-Security-Policy forbids that, and
    // the page would stay white.
    build.onResolve({ filter: /^babel-runtime\/regenerator$/ }, ({ kind }) =>
      build.resolve("regenerator-runtime", { kind, resolveDir: ui }),
    );
  },
});

/** argo-ui calls what it imports by `import * as`, which is not callable in ES modules. */
export const defaultImports: Plugin = {
  name: "default imports",
  setup(build) {
    build.onLoad({ filter: /[/\\]argo-ui[/\\]src[/\\].*\.tsx?$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /import \* as (classNames|ReactAutocomplete|moment) from/g,
        "import $1 from",
      ),
      loader: path.endsWith("x") ? "tsx" : "ts",
    }));
  },
};

/** Style sheets as modules that put themselves into the page; addresses in them start from the page's. */
export const styleElements = (ui: string): Plugin => ({
  name: "style elements",
  setup(build) {
    const sass = createRequire(join(ui, "package.json"))("sass") as Sass;
    build.onLoad({ filter: /\.s?css$/ }, async ({ path }) => {
      const css = path.endsWith(".scss")
        ? sass.compile(path, { loadPaths: [ui], quietDeps: true, logger: sass.Logger.silent }).css
        : await readFile(path, "utf8");
      return {
        contents: `document.head.append(Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(css)} }));`,
        loader: "js",
      };
    });
  },
});
