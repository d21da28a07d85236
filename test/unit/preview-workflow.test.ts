import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RULES } from "../../policy/rules";
import { scripts } from "../../package.json";

const checkout = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { "timeout-minutes"?: number; steps: { uses?: string; run?: string }[] }>;
}

describe("the workflow that previews pull requests", () => {
  const text = read(".github/workflows/preview.yml");
  const { permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("pins every action by commit, with its version beside it", () => {
    const used = [...text.matchAll(/uses: (.*)/g)].map(([, what]) => what);
    assert.ok(used.length > 0);
    for (const each of used) assert.match(each ?? "", /^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("may only read, and ends by itself", () => {
    assert.deepEqual(permissions, { contents: "read" });
    assert.ok(Object.values(jobs).every((job) => (job["timeout-minutes"] ?? Infinity) <= 30));
  });

  it("runs commands that there are, the preview last", () => {
    const commands = steps.flatMap(({ run }) =>
      [...(run ?? "").matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name),
    );
    assert.equal(commands.at(-1), "preview");
    for (const name of commands) assert.ok(name !== undefined && name in scripts, name);
  });

  it("takes the one secret that is documented", () => {
    const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, name]) => name);
    assert.deepEqual(secrets, ["PULUMI_CONFIG_PASSPHRASE"]);
    assert.match(read("docs/ci.md"), /`PULUMI_CONFIG_PASSPHRASE`/);
  });
});

describe("the page on CI", () => {
  it("lists the policies", () => {
    const listed = [...read("docs/ci.md").matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    assert.deepEqual(
      listed,
      RULES.map(({ name }) => name),
    );
  });
});
