import assert from "node:assert/strict";
import {
  dueIn,
  type Killed,
  type Observed,
  type Trial,
  trialsOf,
  unreached,
} from "../../../../../tooling/bench/faults/judgement";
import type { PartName } from "../../../../../tooling/bench/faults/parts";
import type { Family } from "../../../../../tooling/live/workflows/family";
import { building, built, training, unreachable } from "../../../../support/runs";

const BEFORE = "version 6 from commit 1111111, image";
const good: Family = { run: training("Succeeded", { phase: "Succeeded" }), children: [built()] };
const failed: Family = { run: training("Failed", { phase: "Failed" }), children: [unreachable()] };
const running: Family = { run: training("Running"), children: [building()] };

const in_ = (...steps: Killed["step"][]): Killed[] => steps.map((step) => ({ step, ran: true }));

interface Circumstances {
  readonly part?: PartName;
  readonly answers?: readonly string[];
  readonly unanswered?: number;
  readonly afterwards?: readonly string[];
}

function judged(
  family: Family,
  killed: readonly Killed[],
  { part = "mlflow", answers = [BEFORE], unanswered = 0, afterwards = [] }: Circumstances = {},
): Pick<Trial, "step" | "run" | "problems">[] {
  const watched = { asked: 60, unanswered, inARow: unanswered, answers };
  const observed: Observed = {
    part,
    killed,
    family,
    seconds: 62,
    before: BEFORE,
    watched,
  };
  return trialsOf(observed, afterwards).map(({ step, run, problems }) => ({ step, run, problems }));
}

describe("what came of the faults of a run", () => {
  it("is the run's success for each", () => {
    const own = "version 7 from commit 2222222, image";
    assert.deepEqual(judged(good, in_("run-training", "download-model"), { answers: [BEFORE, own] }), [
      { step: "run-training", run: "succeeded", problems: [] },
      { step: "download-model", run: "succeeded", problems: [] },
    ]);
    assert.equal(dueIn({ family: good, before: BEFORE }), "version 7 ");
  });

  it("is a failure by name for the last one, after the others it went on", () => {
    assert.deepEqual(judged(failed, in_("run-training", "clone"), { part: "git-server" }), [
      { step: "run-training", run: "went on", problems: [] },
      { step: "clone", run: "failed", problems: [] },
    ]);
    assert.equal(dueIn({ family: failed, before: BEFORE }), BEFORE);
  });

  it("is wrong where the message names something else", () => {
    const [only] = judged(failed, in_("clone"));
    assert.equal(only?.run, "failed");
    assert.match(only?.problems.join() ?? "", /^the run's message does not name MLflow: clone: /);
  });

  it("is wrong where the run has not ended", () => {
    const [only] = judged(running, in_("build-image"));
    assert.equal(only?.run, "not ended");
    assert.match(only?.problems.join() ?? "", /^the run had not ended after 62 s: train-model-x: Running/);
  });

  it("is that nothing was killed where the part had no pod: then the run has to succeed", () => {
    const nothing: Killed[] = [{ step: "run-training", ran: false }];
    assert.deepEqual(judged(good, nothing, { part: "buildkit" }), [
      { step: "run-training", run: "not running then", problems: [] },
    ]);
    const [only] = judged(failed, nothing, { part: "buildkit" });
    assert.equal(only?.run, "failed");
    assert.match(only?.problems.join() ?? "", /^the run failed, and nothing was killed: /);
  });

  it("is unknown where the part could not be killed", () => {
    const refused: Killed[] = [{ step: "clone", ran: false, problem: "no right" }, ...in_("test-staging")];
    assert.deepEqual(judged(good, refused), [
      { step: "clone", run: "not known", problems: ["MLflow was not killed: no right"] },
      { step: "test-staging", run: "succeeded", problems: [] },
    ]);
  });

  it("is also what was wrong while something was full, in its own step alone", () => {
    const [first, second] = in_("run-training", "build-image");
    assert.ok(first !== undefined && second !== undefined);
    const silent = { ...first, wrong: ["doctor does not say that the disk is full"] };
    assert.deepEqual(judged(good, [silent, second], { part: "disk" }), [
      { step: "run-training", run: "succeeded", problems: silent.wrong },
      { step: "build-image", run: "succeeded", problems: [] },
    ]);
    const untried: Killed[] = [{ step: "run-training", ran: false, problem: "no right" }];
    const [only] = judged(good, untried, { part: "disk" });
    assert.deepEqual(only?.problems, ["the node's disk, full: no right"]);
  });

  it("is wrong where a run fails that only reads the repository on a full volume", () => {
    const [only] = judged(failed, in_("clone"), { part: "git-server-volume" });
    assert.match(
      only?.problems.join() ?? "",
      /^the run's message does not name the git server's volume, full: /,
    );
  });

  it("is wrong where staging is away because of a full disk, which takes no process away", () => {
    const [only] = judged(good, in_("run-training"), { part: "disk", unanswered: 2 });
    assert.deepEqual(only?.problems, ["staging did not answer 2 times of 60"]);
  });

  it("is wrong for each where staging was away or served something else, but a node alone takes it away", () => {
    const away = { unanswered: 3, answers: [BEFORE, "no answer", "version 5 from commit x, image"] };
    const strange = "staging served what was neither before nor the run's: version 5 from commit x, image";
    const both = judged(good, in_("clone", "test-staging"), { ...away, afterwards: ["no next run"] });
    for (const { problems } of both)
      assert.deepEqual(problems, ["staging did not answer 3 times of 60", strange, "no next run"]);
    const [node] = judged(good, in_("clone"), { ...away, part: "node" });
    assert.deepEqual(node?.problems, [strange]);
  });

  it("is said of steps that the run never was seen in", () => {
    const watched = { asked: 60, unanswered: 0, inARow: 0, answers: [BEFORE] };
    const observed: Observed = {
      ...{ part: "git-server", killed: [], family: good, seconds: 62, before: BEFORE, watched },
    };
    const [only] = unreached(observed, ["clone"]);
    assert.equal(only?.run, "not reached");
    assert.match(only?.problems.join() ?? "", /^the run never was seen in clone: /);
  });
});
