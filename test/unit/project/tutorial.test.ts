import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lexer, type Tokens } from "marked";
import { parse } from "yaml";
import { toRun } from "../../../tooling/verify/tutorial/commands";
import { ELSEWHERE, elsewhere, isRunBy, unrun } from "../../../tooling/verify/tutorial/elsewhere";
import { EXAMPLES, otherCodes, OWN_NAMES, STABLE } from "../../../tooling/verify/tutorial/outcomes";
import { tutorialCommands } from "../../../tooling/verify/tutorial/pages";
import { versions } from "../../../tooling/machine/versions";
import { trainingManifests } from "../../../workflows/training-manifests";
import { scripts } from "../../../package.json";
import { checkout } from "../../support/checkout";
import { TRAINING_ARGS } from "../../support/training";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

const FOLDER = "docs/tutorial";
const pages = readdirSync(join(checkout, FOLDER)).map((file) => `${FOLDER}/${file}`);

/** The blocks of all pages, in one language or in none. */
const blocks = pages.flatMap((page) =>
  lexer(read(page))
    .filter((token) => token.type === "code")
    .map((token) => ({ page, ...(token as Tokens.Code) })),
);

describe("docs: the commands of the tutorial", () => {
  const commands = tutorialCommands();
  const run = toRun(commands);

  it("are each run by npm run verify:tutorial, or by a step of .ci/run that is named", () => {
    const script = read(".ci/run");
    assert.ok(run.length > 40, `${run.length} commands`);
    for (const entry of ELSEWHERE) {
      const { page, command } = entry;
      assert.equal(unrun(entry, script), null);
      const found = run.filter((each) => elsewhere(each)?.command === command && each.page === page);
      assert.equal(found.length, 1, `${page} has ${command}`);
    }
    assert.equal(run.filter((each) => elsewhere(each) !== undefined).length, ELSEWHERE.length);
  });

  it("are run by .ci/run only if that has them as a step", () => {
    const script =
      'step "a" npm run up\nif step "b" npm run c; then\nsuite "d" npm run e -- --f\n# npm run g';
    for (const command of ["npm run up", "npm run c", "npm run e -- --f"])
      assert.ok(isRunBy(script, command));
    for (const command of ["npm run", "npm run e", "npm run g"]) assert.ok(!isRunBy(script, command));
    const entry = { page: "", command: "", why: "" };
    assert.equal(unrun({ ...entry, by: "npm run c" }, script), null);
    assert.match(unrun({ ...entry, by: "npm run g" }, script) ?? "", /a step npm run g in .ci\/run/);
    // The verification itself, where no script runs it.
    assert.equal(unrun({ ...entry, by: undefined }, ""), null);
  });

  it("put each setting back that they have changed", () => {
    const keysOf = (action: string): string[] =>
      commands.flatMap(({ text }) => new RegExp(`pulumi -- config ${action} (\\S+)`).exec(text)?.[1] ?? []);
    assert.deepEqual(keysOf("rm"), keysOf("set"));
    assert.equal(keysOf("set").length, 2);
  });

  it("need programs in the versions of the lab", () => {
    const page = read(`${FOLDER}/stand-up.md`);
    assert.ok(page.includes(`[Argo Workflows ${versions.argo}](`));
    assert.ok(page.includes(`/argo-workflows/releases/tag/v${versions.argo})`));
    assert.ok(page.includes(`[kind ${versions.kind}](`));
  });

  it("are in blocks of a language that is read", () => {
    assert.deepEqual([...new Set(blocks.map(({ lang }) => lang ?? ""))].sort(), [
      "",
      "console",
      "python",
      "yaml",
    ]);
    const others = blocks.filter(({ lang }) => lang !== "console");
    assert.deepEqual(
      others.filter(({ text }) => /npm run|\$ /.test(text)).map(({ page }) => page),
      [],
    );
  });

  it("name scripts that there are", () => {
    for (const { text, page } of commands) {
      for (const [, script = ""] of text.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)) {
        assert.ok(script in scripts, `${page}: ${script}`);
      }
    }
  });

  it("are those of which the verification knows a name or an exit code", () => {
    const texts = commands.map(({ text }) => text);
    for (const command of otherCodes) assert.ok(texts.includes(command), command);
    const all = pages.map(read).join("\n");
    for (const { text, pattern } of EXAMPLES) {
      assert.match(text, new RegExp(`^${pattern}$`));
      assert.ok(all.includes(text), text);
    }
    for (const name of OWN_NAMES)
      assert.ok(
        texts.some((text) => text.includes(` ${name}`)),
        name,
      );
  });
});

/** Where a page says something else than the object, whatever the object has besides; empty if nowhere. */
function contradictions(page: unknown, object: unknown, path = ""): string[] {
  if (Array.isArray(page) && Array.isArray(object)) {
    return page.flatMap((each: unknown, index) => {
      const name = (each as { name?: string } | null)?.name;
      const same = (other: unknown): boolean => (other as { name?: string } | null)?.name === name;
      const found: unknown = name === undefined ? object[index] : object.find(same);
      return contradictions(each, found, `${path}[${name ?? index}]`);
    });
  }
  if (typeof page === "object" && page !== null && typeof object === "object" && object !== null) {
    return Object.entries(page).flatMap(([key, value]) =>
      contradictions(value, (object as Record<string, unknown>)[key], `${path}.${key}`),
    );
  }
  return page === object ? [] : [`${path}: ${String(page)} in place of ${String(object)}`];
}

describe("docs: what the tutorial shows of a command", () => {
  /** What a line has that another run does not print again. */
  const own = (line: string): string[] => {
    const examples = EXAMPLES.map(({ text }) => text);
    const left = [...examples, ...STABLE].reduce<string>(
      (rest, each) => rest.replaceAll(global(each), ""),
      line,
    );
    return left.match(/(?:train-model|build-container-image)-[a-z0-9]{5}(?![\w-])|[\w.-]*\d[\w.-]*/g) ?? [];
  };
  const global = (each: string | RegExp): string | RegExp =>
    typeof each === "string" ? each : new RegExp(each.source, "g");

  it("leaves out what each run has its own of", () => {
    for (const { page, line, shown } of tutorialCommands()) {
      for (const each of shown) assert.deepEqual(own(each), [], `${page}:${line}: ${each}`);
    }
  });

  it("is looked through: names of runs, times and versions are found", () => {
    assert.deepEqual(own("train-model-xkqpw succeeded."), ["train-model-xkqpw"]);
    assert.deepEqual(own("started: 2026-11-26 14:03, ended … UTC"), ["2026-11-26", "14", "03"]);
    assert.deepEqual(own("http://localhost:30081 serves version 3 of GourmetGramFood11Model"), ["3"]);
    assert.deepEqual(own("train-model-cron of train-model-push-1a2b3c4d in 5d0c…"), ["5d0c"]);
  });

  it("has a use for each exception", () => {
    const all = tutorialCommands().flatMap(({ shown }) => shown);
    for (const each of STABLE)
      assert.ok(
        all.some((line) => each.test(line.trim())),
        String(each),
      );
  });

  it("names the run of new data as the lab does", () => {
    const name = createHash("sha256").update("food11@2026-11").digest("hex").slice(0, 8);
    assert.equal(name, "3d7152e5");
  });
});

describe("docs: what the tutorial shows of the lab", () => {
  const mlflowUrl = "http://mlflow.gourmetgram-platform.svc.cluster.local:8000";
  const { train, schedule } = trainingManifests({ ...TRAINING_ARGS, mlflowUrl });

  it("is in its workflows", () => {
    const manifests: Record<string, unknown> = { "workflow-template": train, triggers: schedule };
    const yaml = blocks.filter(({ lang }) => lang === "yaml");
    assert.equal(yaml.length, 5);
    for (const { page, text } of yaml) {
      const manifest = manifests[page.replace(`${FOLDER}/`, "").replace(".md", "")];
      assert.deepEqual(contradictions(parse(text), manifest), [], `${page}:\n${text}`);
    }
  });

  it("is compared: another name, value or order is found", () => {
    const object = { a: [{ name: "x", b: 1 }, { name: "y" }], c: [[1], [2]] };
    assert.deepEqual(contradictions({ a: [{ name: "y" }], c: [[1]] }, object), []);
    assert.deepEqual(contradictions({ a: [{ name: "z" }] }, object), [
      ".a[z]: [object Object] in place of undefined",
    ]);
    assert.deepEqual(contradictions({ a: [{ name: "x", b: 2 }] }, object), [".a[x].b: 2 in place of 1"]);
    assert.deepEqual(contradictions({ c: [[2]] }, object), [".c[0][0]: 2 in place of 1"]);
  });

  it("is in its training code", () => {
    const code = read("images/training/flow.py") + read("images/training/tests/test_model_accuracy.py");
    const lines = code.split("\n").map((line) => line.trim());
    const python = blocks.filter(({ lang }) => lang === "python");
    assert.equal(python.length, 2);
    for (const { page, text } of python) {
      for (const line of text.split("\n").map((each) => each.trim())) {
        assert.ok(lines.includes(line), `${page}: ${line}`);
      }
    }
  });
});
