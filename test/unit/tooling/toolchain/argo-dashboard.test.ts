import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bundleDashboard } from "../../../../tooling/toolchain/argo-dashboard/build/bundle";

/** What stands where in Argo's source and in the packages, with as much in each file as the build has to deal with. */
const SOURCE = {
  "api/openapi-spec/swagger.json": "{}",
  "api/jsonschema/schema.json": "{}",
  "ui/main.mjs": 'import "./src/index.tsx";',
  "ui/monaco.mjs": "export const api = 'own editor';",
  "ui/logs-viewer.mjs": "export const LogsViewer = 'own log viewer';",
  "ui/uuid-v1.cjs": "module.exports = () => 'own uuid';",
  "ui/src/index.html": "<html><head><title>Argo</title></head><body></body></html>",
  "ui/src/index.tsx": `
    import { names, uuid } from "argo-ui/src/names";
    import "react-form";
    import "./page.scss";
    console.log(names, uuid, SYSTEM_INFO.version, process.env.DEFAULT_TZ);
    void import("./_late").then(console.log);
    void import("argo-ui/src/components/logs-viewer/logs-viewer").then(console.log);
    void import("monaco-editor/esm/vs/editor/editor.api").then(console.log);`,
  "ui/src/_late.ts": "export const late = 'comes later';",
  "ui/src/page.scss": ".page { color: red }",
  "ui/node_modules/argo-ui/src/names.tsx": `
    import * as classNames from 'classnames';
    export const names = classNames('a', 'b');
    export const uuid = require('uuid/v1')();`,
  "ui/node_modules/argo-ui/src/assets/images/logo.png": "logo",
  "ui/node_modules/argo-ui/src/components/logs-viewer/logs-viewer.tsx": "throw new Error('xterm 2');",
  "ui/node_modules/classnames/index.js": "module.exports = (...names) => names.join(' ');",
  "ui/node_modules/react-form/index.js": "require('babel-runtime/regenerator');",
  "ui/node_modules/babel-runtime/regenerator.js": "Function('r', 'regeneratorRuntime = r');",
  "ui/node_modules/regenerator-runtime/index.js": "console.log('no evaluated text');",
  "ui/node_modules/sass/index.js": `
    exports.Logger = {};
    exports.compile = (path) => ({ css: "/* compiled */ .page { color: red }" });`,
  "ui/node_modules/monaco-editor/esm/vs/editor/editor.worker.js": "console.log('editor worker');",
  "ui/node_modules/monaco-editor/esm/vs/editor/editor.api.js": "throw new Error('without languages');",
  "ui/node_modules/monaco-editor/esm/vs/language/json/json.worker.js": "console.log('json worker');",
  "ui/node_modules/monaco-editor/min/vs/base/browser/ui/codicons/codicon/codicon.ttf": "icons",
  "ui/node_modules/@fortawesome/fontawesome-free/webfonts/solid.woff2": "font",
};

describe("Argo's dashboard, its packages", () => {
  it("are each locked to a version and to what is in it", () => {
    const folder = join(__dirname, "../../../../tooling/toolchain/argo-dashboard/npm");
    const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));
    const { packages } = read("package-lock.json") as { packages: Record<string, Locked> };
    const { "": own, ...others } = packages;
    const { dependencies } = read("package.json") as Locked;
    assert.deepEqual(own?.dependencies, dependencies);
    assert.ok(Object.keys(others).length > 100);
    const unsure = Object.entries(others).filter(
      ([, { version = "", integrity = "" }]) =>
        !/^\d+\./.test(version) || !/^sha512-[\w+/]{86}==$/.test(integrity),
    );
    assert.deepEqual(
      unsure.map(([path]) => path),
      [],
    );
  });
});

/** An entry of a lock file. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

describe("Argo's dashboard, bundled", () => {
  const work = mkdtempSync(join(tmpdir(), "dashboard-"));
  const app = join(work, "app");
  let scripts: Map<string, string>;
  const all = (): string => [...scripts.values()].join("\n");

  before(async () => {
    for (const [path, text] of Object.entries(SOURCE)) {
      const file = join(work, "argo", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    await bundleDashboard(join(work, "argo"), app, "v1.2.3");
    const names = readdirSync(app).filter((name) => name.endsWith(".js"));
    scripts = new Map(names.map((name) => [name, readFileSync(join(app, name), "utf8")]));
  });
  after(() => rmSync(work, { recursive: true }));

  it("has a page with its script, and with the element into which the server writes its base address", () => {
    const page = readFileSync(join(app, "index.html"), "utf8");
    const found = /<head><base href="\/"><script type="module" src="(index-\w+\.js)"><\/script><title>/.exec(
      page,
    );
    assert.ok(found?.[1] !== undefined && scripts.has(found[1]), page);
  });

  it("has no file that Go would not embed: one whose name begins with a dot or an underscore", () => {
    const names = readdirSync(app, { recursive: true, encoding: "utf8" });
    assert.ok(
      names.some((name) => /^chunk-_late-\w+\.js$/.test(name)),
      names.join(" "),
    );
    assert.deepEqual(
      names.filter((name) => /(^|\/)[._]/.test(name)),
      [],
    );
  });

  it("evaluates no text, which the server's Content-Security-Policy forbids", () => {
    assert.match(all(), /no evaluated text/);
    assert.doesNotMatch(all(), /Function\(/);
  });

  it("has what stands in for parts of its packages", () => {
    assert.match(all(), /own log viewer/);
    assert.match(all(), /own editor/);
    assert.match(all(), /own uuid/);
    assert.doesNotMatch(all(), /xterm 2|without languages/);
  });

  it("knows its version, and carries its styles in its scripts", () => {
    assert.match(all(), /v1\.2\.3/);
    assert.match(all(), /\/\* compiled \*\//);
  });

  it("has its workers, fonts, pictures and schemas where it looks for them", () => {
    assert.match(scripts.get("editor.worker.js") ?? "", /editor worker/);
    assert.match(scripts.get("json.worker.js") ?? "", /json worker/);
    const files = {
      "codicon.ttf": "icons",
      "assets/fonts/solid.woff2": "font",
      "assets/images/logo.png": "logo",
      "assets/openapi-spec/swagger.json": "{}",
      "assets/jsonschema/schema.json": "{}",
    };
    for (const [path, text] of Object.entries(files)) {
      assert.equal(readFileSync(join(app, path), "utf8"), text, path);
    }
  });
});
