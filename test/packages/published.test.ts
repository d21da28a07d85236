import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { transformSync } from "esbuild";
import { checkout } from "../support/checkout";

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Installs a package's tarball into a folder as npm does, from what is installed here: no registry is needed, and what
 * the package does not declare is not there.
 */
function install(source: string, folder: string, schema: string): Manifest {
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: join(checkout, "packages", source),
    encoding: "utf8",
    env: { ...process.env, ARGO_SCHEMA: schema },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // What the build prints comes before the JSON.
  const [{ filename }] = JSON.parse(packed.slice(packed.indexOf("[\n"))) as [{ filename: string }];
  const modules = join(folder, "node_modules");
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", folder]);
  const manifest = JSON.parse(readFileSync(join(folder, "package", "package.json"), "utf8")) as Manifest;
  const place = join(modules, manifest.name);
  mkdirSync(modules);
  execFileSync("mv", [join(folder, "package"), place]);
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const installed = join(checkout, "node_modules", name);
    const found = (JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { version: string })
      .version;
    assert.equal(
      version.replace("^", ""),
      found,
      `the version of ${name} in packages/${source}/package.json`,
    );
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(installed, join(modules, name));
  }
  mkdirSync(join(modules, ".bin"));
  for (const [name, path] of Object.entries(manifest.bin ?? {}))
    symlinkSync(join(place, path), join(modules, ".bin", name));
  return manifest;
}

/** The first block of code of this language in a package's README. */
function example(source: string, language: string): string {
  const readme = readFileSync(join(checkout, "packages", source, "README.md"), "utf8");
  const [, code] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme) ?? [];
  assert.ok(code !== undefined, `no example in ${language}`);
  return code;
}

describe("a package as others install it", function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "published-"));
    mkdirSync(join(folder, "elsewhere"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: join(folder, "elsewhere"), encoding: "utf8" });

  it("argo-lint is a command with its own schema, and a library", () => {
    const schema = join(folder, "schema.json");
    writeFileSync(schema, JSON.stringify({ definitions: DEFINITIONS }));
    install("argo-lint", folder, schema);
    const bin = join(folder, "node_modules", ".bin", "argo-lint");
    // The workflow of the README, with a field that Argo does not have.
    const [, yaml = "", said = ""] =
      /hello\.yaml\n([^]*?)\$ npx argo-lint hello\.yaml\n([^]*?)checked by/.exec(
        example("argo-lint", "console"),
      ) ?? [];
    writeFileSync(join(folder, "elsewhere", "hello.yaml"), yaml);
    const good = run(bin, "--no-argo", "hello.yaml");
    assert.equal(good.status, 1, good.stderr);
    assert.ok(good.stdout.startsWith(said), good.stdout);
    assert.match(good.stdout, /^fields and types checked by the schema of Argo 3\.7\.18$/m);

    writeFileSync(join(folder, "elsewhere", "hello.yaml"), yaml.replace("entrypoint:", "entrypiont:"));
    const { findings } = JSON.parse(run(bin, "--no-argo", "--json", "hello.yaml").stdout) as {
      findings: { rule: string; line: number; message: string }[];
    };
    assert.deepEqual(
      findings.filter(({ rule }) => rule === "schema").map(({ line, message }) => `${line} ${message}`),
      ['5 unknown field "entrypiont"'],
    );

    const program = `
      const { lint } = require("argo-lint");
      const { lintFiles } = require("argo-lint/cli");
      const [first] = lint([{ kind: "Workflow", metadata: {}, spec: { templates: [] } }]);
      console.log(first.rule, typeof lintFiles);`;
    const library = run(process.execPath, "-e", program);
    assert.equal(library.stdout, "entrypoint function\n", library.stderr);
  });

  it("argo-lint without Argo's schema says that fields and types are not checked", () => {
    install("argo-lint", folder, "/no/such/schema.json");
    assert.equal(existsSync(join(folder, "node_modules", "argo-lint", "dist", "schema.json")), false);
    const { stdout } = spawnSync(join(folder, "node_modules", ".bin", "argo-lint"), ["--no-argo", "-"], {
      cwd: folder,
      encoding: "utf8",
      input: "kind: Workflow\nspec: { entrypoint: a, templates: [{ name: a, suspend: {} }] }\n",
    });
    assert.match(stdout, /^fields and types not checked: Argo's schema is not at hand$/m);
  });

  it("argo-workflows renders the example of its README, whose types are right", () => {
    const { name } = install("argo-workflows", folder, "");
    const code = example("argo-workflows", "ts");
    const file = join(folder, "elsewhere", "example.ts");
    writeFileSync(file, code);
    writeFileSync(
      join(folder, "elsewhere", "example.cjs"),
      transformSync(code, { loader: "ts", format: "cjs" }).code,
    );
    const { stdout, stderr } = run(process.execPath, "example.cjs");
    const manifest = parse(stdout, { strict: true }) as {
      kind: string;
      spec: { templates: { name: string }[] };
    };
    assert.equal(manifest.kind, "WorkflowTemplate", stderr);
    assert.deepEqual(
      manifest.spec.templates.map((each) => each.name),
      ["main", "train", "deploy"],
    );
    const types = (text: string) => {
      writeFileSync(file, text);
      const tsc = join(checkout, "node_modules", "typescript", "bin", "tsc");
      const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", "node"];
      return run(
        process.execPath,
        tsc,
        ...options,
        "--typeRoots",
        join(checkout, "node_modules", "@types"),
        "example.ts",
      );
    };
    const right = types(code);
    assert.equal(right.status, 0, right.stdout);
    const wrong = types(code.replace("train, { epochs })", 'train, { epoch: "3" })'));
    assert.match(wrong.stdout, /'epoch' does not exist/, `${name} has no types`);
  });
});

const SPEC = "io.argoproj.workflow.v1alpha1.WorkflowSpec";
const DEFINITIONS = {
  "io.argoproj.workflow.v1alpha1.Workflow": {
    properties: { apiVersion: {}, kind: {}, metadata: {}, spec: { $ref: `#/definitions/${SPEC}` } },
  },
  [SPEC]: {
    description: "The texts are left out.",
    properties: { entrypoint: { type: "string" }, templates: {} },
  },
};
