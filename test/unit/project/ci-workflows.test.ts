import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { RULES } from "../../../policy/rules";
import { scripts } from "../../../package.json";
import { restrictedNamespaces } from "../../../tooling/cluster/images/official-node";
import { nodeCount } from "../../../tooling/cluster/node-count";
import { currentWish } from "../../../tooling/machine/reach";
import { checkout } from "../../support/checkout";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      "timeout-minutes"?: number;
      env?: Readonly<Record<string, string>>;
      strategy?: { matrix: { nodes: number[] } };
      steps: Step[];
    }
  >;
}

const stepsOf = (name: string): Step[] => {
  const { jobs } = parse(read(`.github/workflows/${name}.yml`)) as Workflow;
  return Object.values(jobs).flatMap((job) => job.steps);
};

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

    it("has shell steps that bash reads, with no expression in them that others could fill", () => {
      const scriptsOfSteps = steps.flatMap(({ run }) => run ?? []);
      assert.ok(scriptsOfSteps.length >= 4);
      for (const script of scriptsOfSteps) {
        assert.doesNotMatch(script, /\$\{\{/);
        const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
        assert.deepEqual([status, stderr], [0, ""], script);
      }
    });

    it("takes the secrets that are documented, and no other", () => {
      const used = [...text.matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
      assert.deepEqual(used, secrets);
      for (const secret of secrets) assert.ok(read("docs/how-to/ci.md").includes(`\`${secret}\``), secret);
    });
  });
}

describe("the workflow lab", () => {
  const steps = stepsOf("lab");
  const at = (script: string) => steps.findIndex(({ run }) => run === script);

  it("trains once and verifies on a lab that it brought up, and takes it down whatever happened", () => {
    const order = ["npm ci", "npm run up", "npm run train", "npm run verify", "npm run down -- --yes"].map(
      at,
    );
    assert.ok(!order.includes(-1), order.join());
    assert.deepEqual(
      order,
      [...order].sort((one, other) => one - other),
    );
    for (const script of ["npm run down -- --yes", "npm run audit"])
      assert.equal(steps[at(script)]?.if, "always()", script);
  });

  it("lifts what keeps BuildKit from starting, as up asks for it, before up", () => {
    const setting = restrictedNamespaces("1")?.remedy ?? "";
    const step = steps.findIndex(({ run }) => run !== undefined && setting.includes(run));
    assert.ok(step >= 0 && step < at("npm run up"));
  });

  it("sets variables to values that the commands take", () => {
    const { jobs } = parse(read(".github/workflows/lab.yml")) as Workflow;
    const { env = {}, strategy } = jobs["kind"] ?? assert.fail();
    assert.deepEqual(Object.keys(env), ["GOURMETGRAM_NODES", "GOURMETGRAM_REACH"]);
    const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
    try {
      process.env["GOURMETGRAM_REACH"] = env["GOURMETGRAM_REACH"];
      assert.equal(currentWish(), "online");
      for (const nodes of strategy?.matrix.nodes ?? []) {
        process.env["GOURMETGRAM_NODES"] = String(nodes);
        assert.equal(nodeCount(), nodes);
      }
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});

describe("the workflow preview, step by step", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "gourmetgram-workflow-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a step as the runner does, with a program in place of npm. */
  function run(name: string, npm: string): { status: number | null; summary: string } {
    const script = stepsOf("preview").find((step) => step.name === name)?.run ?? assert.fail(name);
    writeFileSync(join(folder, "npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o755 });
    const summary = join(folder, "summary");
    writeFileSync(summary, "");
    const { status } = spawnSync("bash", ["-e", "-c", script], {
      cwd: folder,
      stdio: "ignore",
      env: { PATH: `${folder}:${process.env["PATH"] ?? ""}`, GITHUB_STEP_SUMMARY: summary },
    });
    return { status, summary: readFileSync(summary, "utf8") };
  }

  it("fails where the preview fails, although its output goes through a pipe", () => {
    assert.equal(run("Preview with the policies", "echo refused; exit 3").status, 3);
    assert.equal(readFileSync(join(folder, "preview.txt"), "utf8"), "refused\n");
    assert.equal(run("Preview with the policies", "echo fine").status, 0);
  });

  it("shows the plan where there is one, and does not fail where there is none", () => {
    assert.deepEqual(run("Show the plan on the run's page", ""), { status: 0, summary: "" });
    writeFileSync(join(folder, "preview.txt"), "+ 80 to create\n");
    assert.deepEqual(run("Show the plan on the run's page", ""), {
      status: 0,
      summary: "```\n+ 80 to create\n```\n",
    });
  });
});

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
