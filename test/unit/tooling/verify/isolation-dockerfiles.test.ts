import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FACTS_SCRIPT } from "../../../../tooling/verify/isolation/dockerfiles/facts";
import {
  answersIn,
  hostileDockerfiles,
  type SeenBuild,
} from "../../../../tooling/verify/isolation/dockerfiles/hostile";
import { type Answer, judge } from "../../../../tooling/verify/isolation/tries/try";
import { SHARED, studentNamed } from "../../../support/students";

const registry = { host: "registry.kube-system.svc.cluster.local", port: 5000 };
const [ALICE, BOB] = [studentNamed("alice", 1), studentNamed("bob", 2)];
const ALL = hostileDockerfiles(ALICE, BOB, { ...SHARED, registry }, 10 * 2 ** 30);

/** Of one Dockerfile: which attempts pass with what is seen of its build. */
function verdicts(name: string, seen: Partial<SeenBuild>): boolean[] {
  const found = ALL.find((each) => each.name === name);
  assert.ok(found, `no Dockerfile ${name}`);
  return found.attempts.map(
    ({ attempt, answer }) => judge(attempt, answer({ failure: undefined, log: "", ...seen })).passed,
  );
}

/** As BuildKit shows what a step prints. */
const shown = (answers: readonly Answer[]): string =>
  `#7 [3/5] RUN ["python", "-c", "print(json.dumps([{"]\n#7 12.34 ${JSON.stringify(answers)}\n#7 DONE 12.4s\n`;

describe("a Dockerfile with intent", () => {
  it("is one that would build without what refuses it", () => {
    const texts = ALL.map(({ name, text }) => [name, text("FROM base\n").split("\n")[0]]);
    assert.deepEqual(texts, [
      ["steps", "FROM base"],
      ["other", "FROM registry.kube-system.svc.cluster.local:5000/bob/gourmetgram-app:verify"],
      ["own", "FROM registry.kube-system.svc.cluster.local:5000/alice/gourmetgram-app:verify"],
      ["frontend", "# syntax=registry.kube-system.svc.cluster.local:5000/alice/gourmetgram-app:verify"],
      ["insecure", "FROM base"],
      ["network", "FROM base"],
      ["disk", "FROM base"],
    ]);
  });

  it("takes a gibibyte more than BuildKit may write", () => {
    const words = /^RUN (\[.*\])$/m.exec(ALL.at(-1)?.text("FROM base\n") ?? "")?.[1] ?? "[]";
    const script = (JSON.parse(words) as string[]).at(-1) ?? "";
    const folder = mkdtempSync(join(tmpdir(), "disk-"));
    try {
      const file = join(folder, "full");
      const smaller = script.replace("/tmp/full", file).replace("11811160064", "4096").replace("300", "0");
      execFileSync("python3", ["-c", smaller]);
      assert.equal(statSync(file).blocks * 512, 4096);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("passes for refused by the reason that is meant, and for no other", () => {
    const reasons = {
      other: "pull access denied, repository does not exist or may require authorization",
      frontend: "the training code's Dockerfile at commit 1234567 names a frontend image (line 1)",
      insecure: "failed to solve: security.insecure is not allowed",
      network: "failed to solve: network.host is not allowed",
      disk: "BuildKit was ended, because it wrote more on its node's disk than it may: Usage of EmptyDir",
    };
    for (const [name, failure] of Object.entries(reasons)) {
      assert.deepEqual(verdicts(name, { failure }), [true], name);
      assert.deepEqual(verdicts(name, { failure: "BuildKit does not answer" }), [false], name);
      assert.deepEqual(verdicts(name, {}), [false], name);
    }
    assert.deepEqual(verdicts("own", { failure: "alice/gourmetgram-app:verify: not found" }), [true]);
    assert.deepEqual(verdicts("own", { failure: reasons.other }), [false]);
  });

  it("fails for each thing that a step of it reaches, and where nothing was tried", () => {
    const steps = ALL.find(({ name }) => name === "steps");
    const attempts = steps?.attempts.map(({ attempt }) => attempt) ?? [];
    assert.equal(verdicts("steps", { failure: "false: exit code 1" }).includes(true), false);
    const isFact = (index: number): boolean => index >= attempts.length - 6;
    const answers = (reached: boolean): Answer[] =>
      attempts.map(({ what, only }, index) => {
        if (isFact(index) || what.includes("repository in it"))
          return { kind: "status", status: reached ? 200 : (only?.[0] ?? 403) };
        return reached ? { kind: "connected" } : { kind: "no connection", reason: "timed out" };
      });
    const log = (all: readonly Answer[]): string =>
      shown(all.filter((_, index) => !isFact(index))) + shown(all.filter((_, index) => isFact(index)));
    const wanted = attempts.map(({ expected }) => expected === "reached");
    assert.deepEqual(verdicts("steps", { log: log(answers(true)) }), wanted);
    assert.deepEqual(
      verdicts("steps", { log: log(answers(false)) }),
      wanted.map((is) => !is),
    );
    // All that is of bob's, and of alice's beside her build, the node and the API server.
    assert.equal(attempts.length, 38);
  });

  it("is told what was found once, though BuildKit shows it twice", () => {
    const one = shown([{ kind: "connected" }]);
    assert.deepEqual(answersIn(`${one} > [3/5] RUN:\n12.34 [{"kind":"connected"}]\n`), [
      { kind: "connected" },
    ]);
    assert.deepEqual(answersIn("#7 12.34 nothing\n"), []);
  });

  it("looks for what its attempts say, in their order", () => {
    const printed = execFileSync("python3", ["-c", FACTS_SCRIPT], { encoding: "utf8" });
    assert.equal((JSON.parse(printed) as unknown[]).length, 6);
  });
});
