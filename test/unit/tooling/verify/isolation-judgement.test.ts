import assert from "node:assert/strict";
import { resultOf } from "../../../../tooling/verify/isolation/carry-out";
import { type Answer, judge, type Outcome, type Try } from "../../../../tooling/verify/isolation/tries/try";

function attempt(expected: Outcome, also?: readonly number[]): Try {
  const means = { kind: "connect", from: "build", host: "mlflow", port: 8000 } as const;
  return {
    who: "alice's step",
    what: "bob's MLflow",
    expected,
    means,
    ...(also === undefined ? {} : { also }),
  };
}

const status = (code: number): Answer => ({ kind: "status", status: code });
const CONNECTED: Answer = { kind: "connected" };
const SILENCE: Answer = { kind: "no connection", reason: "timed out" };
const FAILED: Answer = { kind: "failed", reason: "mlflow: Name or service not known" };

describe("judging a refusal that has to have a reason", () => {
  const quota = { ...attempt("refused"), because: /exceeded quota/ };
  const said = (text: string): Answer => ({ kind: "status", status: 403, text });

  it("passes with that reason alone", () => {
    assert.equal(judge(quota, said('pods "x" is forbidden: exceeded quota: platform')).passed, true);
    assert.equal(judge(quota, said('pods "x" is forbidden: User "y" cannot create')).passed, false);
    assert.equal(judge(quota, status(403)).passed, false);
  });
});

describe("judging a try", () => {
  const cases: readonly [name: string, expected: Outcome, answer: Answer, passed: boolean][] = [
    ["a connection where none may be", "refused", CONNECTED, false],
    ["no connection where none may be", "refused", SILENCE, true],
    ["a connection that is needed", "reached", CONNECTED, true],
    ["no connection where one is needed", "reached", SILENCE, false],
    ["a name that no one knows, which refuses nothing", "refused", FAILED, false],
    ["a name that no one knows, which is needed", "reached", FAILED, false],
    ["a secret that is read", "refused", status(200), false],
    ["a pod that would be created", "refused", status(201), false],
    ["no right", "refused", status(403), true],
    ["no name", "refused", status(401), true],
    ["no right where one is needed", "reached", status(403), false],
    ["something that is not there, which is no refusal", "refused", status(404), false],
    ["a server in trouble, which is no refusal", "refused", status(500), false],
    ["a server in trouble, which is no success either", "reached", status(500), false],
  ];
  for (const [name, expected, answer, passed] of cases) {
    it(`${passed ? "passes" : "fails"}: ${name}`, () => {
      assert.equal(judge(attempt(expected), answer).passed, passed);
    });
  }

  it("takes further statuses for what is expected", () => {
    assert.equal(judge(attempt("reached", [404]), status(404)).passed, true);
    assert.equal(judge(attempt("reached", [404]), status(403)).passed, false);
    // An upload of one's own in place of a blob of someone else's.
    assert.equal(judge(attempt("refused", [202]), status(202)).passed, true);
    assert.equal(judge(attempt("refused", [202]), status(201)).passed, false);
  });

  it("is told as a result in verify's form", () => {
    assert.deepEqual(resultOf(attempt("refused"), CONNECTED, 1.234), {
      name: "alice's step",
      title: "bob's MLflow",
      passed: false,
      seconds: 1.2,
      evidence: ["reached (a connection)"],
      message: "expected: refused\nseen:     reached (a connection)",
    });
    assert.equal(
      judge(attempt("refused"), { kind: "status", status: 403, text: "pods is forbidden" }).seen,
      "refused (status 403: pods is forbidden)",
    );
    assert.equal(
      judge(attempt("refused"), FAILED).seen,
      "undecided (not tried: mlflow: Name or service not known)",
    );
  });
});
