import assert from "node:assert/strict";
import type { Workflow } from "../../../../tooling/live/workflows/workflow";
import { GitError } from "../../../../tooling/verify/clients/git";
import { answerToPush, startedByEvents } from "../../../../tooling/verify/isolation/pushes/pushes";
import { judge } from "../../../../tooling/verify/isolation/tries/try";

const refused = (said: string) => () => Promise.reject(new GitError(["push"], said));
const REFUSAL = { who: "alice's push", what: "to bob's git server", expected: "refused" } as const;

describe("a push of one student to another's git server", () => {
  it("is refused for want of the password, and for nothing else", async () => {
    const unknown = await answerToPush(refused("fatal: Authentication failed for 'http://localhost'"));
    assert.equal(judge(REFUSAL, unknown).passed, true);
    const away = await answerToPush(refused("fatal: unable to access: Connection refused"));
    assert.equal(judge(REFUSAL, away).passed, false);
    assert.equal(judge(REFUSAL, await answerToPush(() => Promise.resolve())).passed, false);
    await assert.rejects(
      answerToPush(() => Promise.reject(new Error("no git"))),
      /no git/,
    );
  });
});

describe("what a push has started elsewhere", () => {
  const run = (name: string, trigger?: string): Workflow => ({
    metadata: { name, labels: trigger === undefined ? {} : { "gourmetgram.dev/trigger": trigger } },
    spec: {},
  });

  it("is every run of an event that was not there before, and no other", () => {
    const runs = [run("old", "push"), run("train-model-cron-1"), run("new", "push"), run("data", "new-data")];
    assert.deepEqual(startedByEvents(runs, ["old"]), ["new", "data"]);
    assert.deepEqual(startedByEvents(runs.slice(0, 2), ["old"]), []);
  });
});
