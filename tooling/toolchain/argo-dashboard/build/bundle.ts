import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build, stop, type BuildOptions } from "esbuild";
import { defaultImports, otherModules, styleElements } from "./plugins";

const WORKERS = {
  "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
  "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
};

/** What both the page and the editor's workers are made with. */
const shared = (ui: string): BuildOptions => ({
  absWorkingDir: ui,
  bundle: true,
  minify: true,
  logLevel: "error",
  target: "es2022",
  define: {
    "process.env.NODE_ENV": '"production"',
    "process.env.DEFAULT_TZ": '"UTC"',
    "process.env.NODE_DEBUG": "undefined",
    global: "globalThis",
  },
});

/**
 * Makes the dashboard's files: what Argo's own webpack.config.js makes, with esbuild.
 *
 * @param argo Folder of Argo's source, with the dashboard's packages in `ui/node_modules` and our own files for the
 *   browser in `ui`.
 * @param target Folder of the files, which is made.
 * @param version Shown by the dashboard.
 */
export async function bundleDashboard(argo: string, target: string, version: string): Promise<void> {
  const ui = join(argo, "ui");
  const { define, ...options } = shared(ui);
  const { metafile } = await build({
    ...options,
    define: { ...define, SYSTEM_INFO: JSON.stringify({ version }) },
    entryPoints: { index: "main.mjs" },
    outdir: target,
    format: "esm",
    splitting: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    // Go embeds no file whose name begins with "_" or ".", as one would that is named by its module.
    chunkNames: "chunk-[name]-[hash]",
    tsconfigRaw: { compilerOptions: { jsx: "react", experimentalDecorators: true } },
    plugins: [otherModules(ui), defaultImports, styleElements(ui)],
  });
  for (const [name, entry] of Object.entries(WORKERS)) {
    await build({ ...shared(ui), entryPoints: [entry], outfile: join(target, `${name}.js`), format: "iife" });
  }
  // Its process would live as long as this one.
  await stop();
  const index = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === "main.mjs");
  if (index === undefined) throw new Error("esbuild names no file for the dashboard's entry main.mjs");
  const html = await readFile(join(ui, "src", "index.html"), "utf8");
  await writeFile(join(target, "index.html"), withScript(html, basename(index[0])));
  await copyAssets(argo, target);
}

/** The page with its script, and with the element that the server puts its own base address into. */
const withScript = (html: string, file: string): string =>
  html.replace("<head>", `<head><base href="/"><script type="module" src="${file}"></script>`);

/** Copies what the page loads beside its scripts, to where it looks for it. */
async function copyAssets(argo: string, target: string): Promise<void> {
  const packages = join(argo, "ui", "node_modules");
  const copies = {
    [join(packages, "argo-ui", "src", "assets")]: "assets",
    [join(packages, "@fortawesome", "fontawesome-free", "webfonts")]: "assets/fonts",
    [join(argo, "api", "openapi-spec", "swagger.json")]: "assets/openapi-spec/swagger.json",
    [join(argo, "api", "jsonschema", "schema.json")]: "assets/jsonschema/schema.json",
    [join(packages, "monaco-editor/min/vs/base/browser/ui/codicons/codicon/codicon.ttf")]: "codicon.ttf",
  };
  for (const [from, to] of Object.entries(copies)) await cp(from, join(target, to), { recursive: true });
}
