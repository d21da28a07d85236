import assert from "node:assert/strict";
import { answerOf, foundIn } from "../../../../tooling/engine/answer";

const ended = (exitCode: number, stderr: string) => answerOf({ exitCode, stdout: "", stderr });
const remedyOf = (exitCode: number, stderr: string): string => {
  const answer = ended(exitCode, stderr);
  assert.ok(answer.kind === "failed");
  return answer.remedy;
};

// What the real engine says is asked in test/engine/answers.test.ts.
describe("what Pulumi answers", () => {
  it("is that there is nothing only if it says so, and not if it fails", () => {
    assert.deepEqual(answerOf({ exitCode: 0, stdout: "{}", stderr: "" }), { kind: "found", value: "{}" });
    assert.deepEqual(ended(6, "error: no stack named 'dev' found"), { kind: "none" });
    for (const code of [1, 2, 3, 255, undefined]) {
      assert.equal(answerOf({ exitCode: code, stdout: "", stderr: "" }).kind, "failed");
    }
  });

  it("comes with the reason and a remedy that fits it", () => {
    assert.match(
      remedyOf(1, "error: could not unlock: incorrect passphrase"),
      /^set PULUMI_CONFIG_PASSPHRASE /,
    );
    assert.equal(remedyOf(3, "error: PULUMI_ACCESS_TOKEN must be set for login"), "pulumi login");
    assert.match(remedyOf(1, "error: unable to open bucket s3://x"), /^npm run pulumi -- stack ls/);
    const said = 'warning: old\nerror: read ".pulumi/meta.yaml": no such host\nerror: again\n';
    assert.throws(
      () => foundIn(ended(1, said), "the stack dev"),
      /^Error: the stack dev cannot be read: read ".pulumi\/meta.yaml": no such host; again\n {2}remedy: npm run pulumi/,
    );
  });

  it("is a value, or undefined where there is nothing", () => {
    assert.equal(foundIn(answerOf({ exitCode: 0, stdout: "x", stderr: "" }), ""), "x");
    assert.equal(foundIn(ended(6, ""), ""), undefined);
  });
});
