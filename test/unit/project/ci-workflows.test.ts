import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { RULES } from "../../../policy/rules";
import { scripts } from "../../../package.json";
import { checkout } from "../../support/checkout";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { "timeout-minutes"?: number; steps: { uses?: string; run?: string }[] }>;
}

for (const { name, last, minutes, secrets } of [
  { name: "preview", last: "preview", minutes: 30, secrets: ["PULUMI_CONFIG_PASSPHRASE"] },
  { name: "lab", last: "audit", minutes: 60, secrets: [] },
]) {
  describe(`the workflow ${name} for pull requests`, () => {
    const text = read(`.github/workflows/${name}.yml`);
    const { permissions, jobs } = parse(text) as Workflow;
    const steps = Object.values(jobs).flatMap((job) => job.steps);

    it("pins every action by commit, with its version beside it", () => {
      const used = [...text.matchAll(/uses: (.*)/g)].map(([, what]) => what);
      assert.ok(used.length > 0);
      for (const each of used) assert.match(each ?? "", /^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it("may only read, and ends by itself", () => {
      assert.deepEqual(permissions, { contents: "read" });
      assert.ok(Object.values(jobs).every((job) => (job["timeout-minutes"] ?? Infinity) <= minutes));
    });

    it(`runs commands that there are, ${last} last`, () => {
      const commands = steps.flatMap(({ run }) =>
        [...(run ?? "").matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, command]) => command),
      );
      assert.equal(commands.at(-1), last);
      for (const command of commands) assert.ok(command !== undefined && command in scripts, command);
    });

    it("takes the secrets that are documented, and no other", () => {
      const used = [...text.matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
      assert.deepEqual(used, secrets);
      for (const secret of secrets) assert.ok(read("docs/how-to/ci.md").includes(`\`${secret}\``), secret);
    });
  });
}

describe("the page of the policies", () => {
  it("lists each, and no other", () => {
    const listed = [...read("docs/reference/policies.md").matchAll(/^\| `([\w-]+)` \|/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(
      listed,
      RULES.map(({ name }) => name),
    );
  });
});
