import assert from "node:assert/strict";
import { figuresOf, tableOf } from "../../../../../tooling/bench/soak/figures";
import { soakPage } from "../../../../../tooling/bench/soak/page";
import type { SoakResult, StudentResult } from "../../../../../tooling/bench/soak/soak";
import { verdictOn } from "../../../../../tooling/bench/figure";

const EMPTY = "# Faults\n\n<!-- soak: begin -->\n<!-- soak: end -->\n\nNot tried: floods.\n";
const submission = { number: 1, student: "anna", at: 0 };
const ANNA: StudentResult = {
  student: "anna",
  accounted: [{ submission, fate: "succeeded", message: "", problems: [] }],
  watched: { asked: 600, unanswered: 1, inARow: 1, answers: [] },
  staging: [],
  next: [],
};
const BEN: StudentResult = {
  ...ANNA,
  student: "ben",
  accounted: [
    {
      submission: { ...submission, number: 2 },
      fate: "not accounted for",
      message: "",
      problems: ["it is lost"],
    },
  ],
  staging: ["staging did not answer 4 times in a row"],
  next: undefined,
};
const RESULT: SoakResult = {
  students: [ANNA],
  kills: [
    { part: "mlflow", student: "anna", at: 0, ran: true, back: 12 },
    { part: "controller", student: undefined, at: 0, ran: true, back: 4 },
    { part: "buildkit", student: "anna", at: 0, ran: false },
  ],
};

describe("what came of a soak", () => {
  it("is a line for each student", () => {
    const [head = "", anna = "", ben = ""] = tableOf([ANNA, BEN]).split("\n");
    assert.match(head, /^student +trainings +succeeded +failed, the part named +gave way +no room +refused/);
    assert.match(anna, /^anna +1 +1 +0 .* 1 of 600 +as it must be +succeeded$/);
    assert.match(ben, /^ben +1 +0 .* staging did not answer 4 times in a row +none$/);
  });

  it("is figures with targets, met or missed", () => {
    const verdicts = (result: SoakResult): string[] => figuresOf(result, 5).map((each) => verdictOn(each));
    assert.deepEqual(verdicts(RESULT), ["target 1: met", "target 2: met", "target 1: met", "target 1: met"]);
    const bad: SoakResult = { ...RESULT, students: [ANNA, BEN] };
    assert.deepEqual(verdicts(bad), [
      "target 2: MISSED",
      "target 2: met",
      "target 2: MISSED",
      "target 1: met",
    ]);
    const away = RESULT.kills.map((kill) => ({ ...kill, problem: "it is not back" }));
    assert.equal(verdicts({ ...RESULT, kills: away })[1], "target 3: MISSED");
    assert.equal(
      figuresOf(bad, 5)[0]?.detail,
      "of 2, seed 5; 1 succeeded; 1 not accounted for; ben, training 2: it is lost; " +
        "ben: staging did not answer 4 times in a row",
    );
  });

  it("is a row of the page, in the place of that of the same size", () => {
    const small = soakPage(EMPTY, { result: RESULT, minutes: 10, seed: 5 }, "2026-11-26");
    assert.match(
      small,
      /\n\| 1 \| 10 min \| 5 \| 1: 1 succeeded \| Argo's controller 1, MLflow 1, not running then 1, ready again after 12 s at most \| 1 s at most \| as it must be \| 2026-11-26 \|\n/,
    );
    const result: SoakResult = {
      students: [ANNA, BEN],
      kills: [{ ...RESULT.kills[0]!, problem: "no right" }],
    };
    const both = soakPage(small, { result, minutes: 60, seed: 6 }, "2026-11-27");
    const again = soakPage(both, { result: RESULT, minutes: 10, seed: 7 }, "2026-11-28");
    assert.deepEqual(again.match(/2026-11-\d\d/g), ["2026-11-28", "2026-11-27"]);
    assert.match(again, /\*\*not\*\*: ben, training 2: it is lost; ben: staging .*; no right \| 2026-11-27/);
    assert.match(again, /Not tried: floods\.\n$/);
  });
});
