import assert from "node:assert/strict";
import {
  type Accounted,
  accountFor,
  dueAfter,
  familiesIn,
  type Findings,
  type SoakKill,
  stagingProblems,
  type Submission,
  SUBMISSION,
} from "../../../../../tooling/bench/soak/accounting";
import type { Family } from "../../../../../tooling/live/workflows/family";
import type { Workflow } from "../../../../../tooling/live/workflows/workflow";
import { at, building, built, training, unreachable } from "../../../../support/runs";

const ASKED: Submission = { number: 3, student: "anna", at: Date.parse(at(0)) };
const KILL: SoakKill = { part: "git-server", student: "anna", at: Date.parse(at(10)), ran: true, back: 12 };

/** The run of the submission, ended at second 60. */
function asked(phase: string, ...children: Workflow[]): Family {
  const run = training(phase, { phase });
  const { metadata, status } = run;
  return {
    run: {
      ...run,
      metadata: { ...metadata, annotations: { [SUBMISSION]: "3" } },
      status: { ...status, finishedAt: at(60) },
    },
    children,
  };
}

const good = asked("Succeeded", built());
const failed = asked("Failed", unreachable());
const VERSIONS = new Map([["train-model-x", ["7"]]]);

const account = (found: Partial<Findings>, submission: Submission = ASKED): Accounted =>
  accountFor(submission, { families: [], versions: VERSIONS, kills: [KILL], complete: true, ...found });
const fate = (found: Partial<Findings>, submission?: Submission): string => account(found, submission).fate;
const problems = (found: Partial<Findings>, submission?: Submission): string =>
  account(found, submission).problems.join("; ");

describe("a training of a soak", () => {
  it("has succeeded", () => {
    assert.deepEqual(account({ families: [good] }), {
      submission: ASKED,
      fate: "succeeded",
      message: "",
      problems: [],
    });
  });

  it("is lost where it is not there", () => {
    assert.equal(problems({}), "the run does not exist any more");
    assert.equal(fate({ families: [good] }, { ...ASKED, number: 4 }), "not accounted for");
  });

  it("is there twice, has built twice or registered twice", () => {
    assert.equal(problems({ families: [good, good] }), "the run exists 2 times");
    assert.equal(problems({ families: [asked("Succeeded", built(), built())] }), "it has 2 builds");
    const versions = new Map([["train-model-x", ["7", "8"]]]);
    assert.equal(problems({ families: [good], versions }), "it has registered the versions 7, 8");
    assert.equal(fate({ families: [good], versions }), "not accounted for");
  });

  it("has not succeeded where MLflow has no version of it", () => {
    assert.equal(problems({ families: [good], versions: new Map() }), "MLflow has no version of it");
    assert.equal(problems({ families: [good], versions: undefined }), "");
  });

  it("is refused by name, or not taken", () => {
    const refusal = "exceeded quota: platform, requested: count/workflows.argoproj.io=1";
    assert.equal(fate({}, { ...ASKED, refusal }), "refused");
    assert.equal(problems({}, { ...ASKED, refusal: "no answer" }), "the submission failed: no answer");
    assert.equal(
      problems({ families: [good] }, { ...ASKED, refusal: "no answer" }),
      "the submission failed, but the run exists: no answer",
    );
  });

  it("may fail by a part that was killed meanwhile, of the student or of all", () => {
    assert.equal(fate({ families: [failed] }), "failed, the part named");
    assert.match(account({ families: [failed] }).message, /repository/);
    assert.equal(
      fate({ families: [failed], kills: [{ ...KILL, student: undefined }] }),
      "failed, the part named",
    );
    const others: SoakKill[] = [
      { ...KILL, student: "ben" },
      { ...KILL, part: "mlflow" },
      { ...KILL, ran: false },
      { ...KILL, at: Date.parse(at(61)) },
      { ...KILL, at: Date.parse(at(-241)) },
    ];
    for (const kill of others) {
      const found = { families: [failed], kills: [kill] };
      assert.equal(fate(found), "not accounted for", JSON.stringify(kill));
      assert.match(problems(found), /^it failed, and its message names no part that was killed: /);
    }
  });

  const withMessage = (message: string): Family => {
    const { run } = asked("Failed");
    const nodes = Object.entries(run.status?.nodes ?? {}).map(([id, node]) => [
      id,
      node.displayName === "build-container" ? { ...node, message } : node,
    ]);
    return {
      run: { ...run, status: { ...run.status, nodes: Object.fromEntries(nodes) as never } },
      children: [],
    };
  };

  it("may give way to a part of the base that was killed and comes back, and to nothing else", () => {
    const families = [withMessage("main: Error (exit code 143)")];
    const ofBase: SoakKill = { ...KILL, part: "registry", student: undefined, at: Date.parse(at(59)) };
    assert.equal(fate({ families, kills: [ofBase] }), "gave way");
    for (const kill of [
      { ...ofBase, student: "anna" },
      { ...ofBase, ran: false },
      { ...ofBase, at: Date.parse(at(61)) },
      { ...ofBase, at: Date.parse(at(-181)) },
    ])
      assert.equal(fate({ families, kills: [kill] }), "not accounted for", JSON.stringify(kill));
  });

  it("may end by its deadline, by its quota, or because no node takes BuildKit", () => {
    for (const message of [
      "Step exceeded its deadline",
      "retry exceeded workflow deadline 2026-11-27 02:29:38 +0000 UTC",
      "Pod was active on the node longer than the specified deadline",
    ]) {
      assert.equal(fate({ families: [withMessage(message)] }), "deadline", message);
    }
    for (const message of ["etcdserver: context deadline exceeded", "code = DeadlineExceeded desc = x"]) {
      assert.equal(fate({ families: [withMessage(message)] }), "not accounted for", message);
    }
    assert.equal(fate({ families: [withMessage("pods is forbidden: exceeded quota: platform")] }), "refused");
    const waiting = (what: string): string =>
      `${what} at tcp://a:1 does not answer: timed out; no node takes its pod x`;
    assert.equal(fate({ families: [withMessage(waiting("BuildKit"))] }), "no room");
    assert.equal(fate({ families: [withMessage(waiting("the registry"))] }), "not accounted for");
    assert.equal(fate({ families: [withMessage("something")] }), "not accounted for");
  });

  it("has to end, unless the soak was ended", () => {
    const families = [asked("Running", building())];
    assert.match(problems({ families }), /^it has not ended: train-model-x: Running/);
    assert.equal(fate({ families, complete: false }), "under way");
  });
});

describe("a student's runs", () => {
  it("are those that no other run has started, with their children", () => {
    const [only, ...more] = familiesIn([built(), good.run]);
    assert.deepEqual([only?.run.metadata.name, only?.children.length, more.length], ["train-model-x", 1, 0]);
  });

  it("say what staging is to serve: the version of the last that succeeded", () => {
    const later = (family: Family, seconds: number): Family => ({
      ...family,
      run: { ...family.run, status: { ...family.run.status, finishedAt: at(seconds) } },
    });
    const other = training("Succeeded", { phase: "Succeeded" });
    const version8: Family = {
      run: JSON.parse(JSON.stringify(other).replaceAll('"7"', '"8"')) as Workflow,
      children: [],
    };
    assert.equal(dueAfter([later(version8, 90), good], "version 6"), "version 8 ");
    assert.equal(dueAfter([later(version8, 30), good], "version 6"), "version 7 ");
    assert.equal(dueAfter([failed], "version 6 from x"), "version 6 from x");
  });

  it("are all that staging serves, and it answers; one question alone may get none", () => {
    const watched = {
      asked: 60,
      unanswered: 3,
      inARow: 1,
      answers: ["version 6 from a", "version 7 from b", "no"],
    };
    assert.deepEqual(stagingProblems(watched, [failed], "version 6 from a"), []);
    assert.deepEqual(stagingProblems({ ...watched, inARow: 2 }, [good], "version 6 from a"), [
      "staging did not answer 2 times in a row",
    ]);
    assert.deepEqual(stagingProblems(watched, [], "version 6 from a"), [
      "staging served a version that no run has built: version 7 from b",
    ]);
  });
});
