// Compiles a TypeScript program once, and again when one of its files has changed: esbuild takes a second for it, and
// looking whether it has to, some milliseconds.
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { checkout, fail } from "./packages.mjs";
import { roomsOpened } from "./rooms.mjs";

const CACHE = join(checkout, "node_modules", ".cache", "gourmetgram");
/** What the result depends on beside its sources. */
const SETTINGS = [
  "tsconfig.json",
  "tooling/launch/compile.mjs",
  "tooling/launch/rooms.mjs",
  "node_modules/esbuild/package.json",
];
/** Milliseconds after which an older result is removed. Until then a command that runs may still load parts of it. */
const KEPT = 2 * 24 * 60 * 60 * 1000;

/** When a file was last changed, and its size; a file that is gone has neither. */
function stampOf(file) {
  const found = statSync(join(checkout, file), { throwIfNoEntry: false });
  return found === undefined ? "" : `${found.mtimeMs} ${found.size}`;
}

/**
 * @param entry Path of the program from the checkout.
 * @returns the address of the compiled program, for `import()`
 */
export async function compiled(entry) {
  const name = basename(entry, ".ts");
  // A stack trace names the file and line of the source.
  process.setSourceMapsEnabled(true);
  const folder = upToDate(name) ?? (await compile(entry, name));
  return pathToFileURL(join(folder, `${name}.mjs`)).href;
}

/** The result of an earlier time, if it is still what the files make. */
function upToDate(name) {
  try {
    const { folder, stamps } = JSON.parse(readFileSync(join(CACHE, `${name}.json`), "utf8"));
    const isCurrent = Object.entries(stamps).every(([file, stamp]) => stamp === stampOf(file));
    return isCurrent && existsSync(join(CACHE, folder)) ? join(CACHE, folder) : undefined;
  } catch {
    return undefined;
  }
}

async function compile(entry, name) {
  const { build, stop } = await import("esbuild");
  const begun = Date.now();
  let folder;
  try {
    mkdirSync(CACHE, { recursive: true });
    folder = mkdtempSync(join(CACHE, `${name}-`));
  } catch (error) {
    fail(
      `the commands cannot be compiled into ${CACHE}: ${error.message}`,
      "make the checkout's folder node_modules writable for you",
    );
  }
  const rooms = roomsOpened();
  const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: [entry],
    outdir: folder,
    bundle: true,
    // Each command's part is loaded when it runs.
    splitting: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    banner: {
      js:
        'import { createRequire as createRequireHere } from "node:module";\n' +
        "const require = createRequireHere(import.meta.url), __dirname = import.meta.dirname;",
    },
    plugins: [requiredPackages, rooms.plugin],
    platform: "node",
    target: "node20",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: "error",
  }).catch((error) => {
    rmSync(folder, { recursive: true });
    fail(
      "the commands cannot be compiled",
      `correct the mistakes above: ${error.errors?.length ?? 1} in all`,
    );
  });
  // Its process would live as long as this one.
  await stop();
  keep(name, folder, begun, [
    ...Object.keys(metafile.inputs).filter((file) => !file.includes(":")),
    ...rooms.read().map((file) => relative(checkout, file).split(sep).join("/")),
    ...SETTINGS,
  ]);
  return folder;
}

/** Keeps the result for the next time. Two that compile at once have a folder each, and the last one's is kept. */
function keep(name, folder, begun, files) {
  const stamps = Object.fromEntries(files.map((file) => [file, stampOf(file)]));
  for (const each of readdirSync(CACHE)) {
    const path = join(CACHE, each);
    const isOlder =
      each.startsWith(`${name}-`) &&
      begun - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? begun) > KEPT;
    if (isOlder) rmSync(path, { recursive: true, force: true });
  }
  // A file that was saved meanwhile may be another one by now.
  if (Object.values(stamps).some((stamp) => Number.parseFloat(stamp) >= begun)) return;
  const draft = join(folder, "stamps.json");
  writeFileSync(draft, JSON.stringify({ folder: relative(CACHE, folder).split(sep).join("/"), stamps }));
  renameSync(draft, join(CACHE, `${name}.json`));
}

/**
 * Leaves npm packages where they are, and has them loaded by `require` when the first of their names is used: an `import`
 * would load all of a CommonJS package that loads its parts on use, as Pulumi's SDKs do, and at the start of each command
 * that could need it. An `import()` stays one: it wants the names that a package exports.
 */
export const requiredPackages = {
  name: "required packages",
  setup(build) {
    build.onResolve({ filter: /^[^.]/ }, ({ path, kind, namespace }) => {
      if (kind === "entry-point") return undefined;
      if (namespace === "package" || isBuiltin(path) || kind === "dynamic-import") {
        return { path, external: true };
      }
      // A command that uses nothing of a package does not load it.
      return { path, namespace: "package", sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: "package" }, ({ path }) => ({
      contents: `
        let loaded;
        const load = () => (loaded ??= require(${JSON.stringify(path)}));
        module.exports = Object.create(new Proxy({}, { get: (_, name) => named(name) }));
        function named(name) {
          // esbuild asks for it before anything is used, to tell what "default" is.
          if (name === "__esModule") return true;
          return name === "default" && !load().__esModule ? load() : load()[name];
        }`,
    }));
  },
};
