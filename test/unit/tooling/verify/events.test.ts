import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { fateOf } from "../../../../tooling/verify/checks/events/push-burst";
import { degradedRun } from "../../../../tooling/verify/checks/events/events";
import { expectWayOut } from "../../../../tooling/verify/checks/events/push-unheard";
import { alert, githubPush, gitlabPush, NO_COMMIT } from "../../../../tooling/verify/events/bodies";
import { expectStarted, pushRun } from "../../../../tooling/verify/events/pushing";
import { headersOf } from "../../../../tooling/verify/events/sending";

const COMMIT = "1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b";
const RUN = "train-model-push-1a2b3c4d";
const FACTS = { repository: "gourmetgram-train", ref: "refs/heads/mlops", commit: COMMIT };

describe("verify: an event", () => {
  it("is signed as GitHub signs it", () => {
    const headers = headersOf(githubPush(FACTS), "text", { secret: "s" });
    const signature = createHmac("sha256", "s").update("text").digest("hex");
    assert.equal(headers["X-Hub-Signature-256"], `sha256=${signature}`);
    assert.equal(headers["X-GitHub-Event"], "push");
    assert.match(headers["X-GitHub-Delivery"] ?? "", /^[0-9a-f-]{36}$/);
  });

  it("has a token or nothing in place of a signature", () => {
    const event = gitlabPush(FACTS);
    assert.deepEqual(headersOf(event, "text", { token: "t" }), {
      "Content-Type": "application/json",
      "X-Gitlab-Event": "Push Hook",
      Authorization: "Bearer t",
    });
    assert.equal(headersOf(event, "text", "none")["Authorization"], undefined);
  });

  it("says that a branch is deleted as GitHub says it, and that it is of a tag as GitLab does", () => {
    const deleted = githubPush({ ...FACTS, commit: NO_COMMIT }).body as Record<string, unknown>;
    assert.deepEqual([deleted["deleted"], deleted["head_commit"]], [true, null]);
    const tag = gitlabPush({ ...FACTS, ref: "refs/tags/v1" });
    assert.equal(tag.headers?.["X-Gitlab-Event"], "Tag Push Hook");
    assert.equal((alert("resolved", "Drift").body as Record<string, unknown>)["status"], "resolved");
  });
});

describe("verify: what a push comes to", () => {
  const started = `training asked for: ${RUN} (https://localhost/${RUN})`;

  it("is a run that the server has told of", () => {
    assert.equal(pushRun(COMMIT), RUN);
    assert.doesNotThrow(() => expectStarted(started, COMMIT));
    assert.throws(
      () => expectStarted("", COMMIT),
      /expected: a line that train-model-push-1a2b3c4d was asked for/,
    );
    assert.equal(fateOf(started, COMMIT, true), "started");
  });

  it("is a run of which the answer came late, or a line why there is none", () => {
    assert.equal(fateOf("mlops: no answer from Argo's server within 4 s; whether", COMMIT, true), "started");
    assert.equal(fateOf("no training started: Argo's server cannot be told (…)", COMMIT, false), "refused");
  });

  it("is lost if there is no run and no reason, or a line and no run", () => {
    assert.throws(() => fateOf("", COMMIT, false), /seen: {5}no run; the server said: nothing/);
    assert.throws(() => fateOf(started, COMMIT, false), /no run; the server said: training asked for/);
    assert.throws(() => fateOf("", COMMIT, true), /a run; the server said: nothing/);
  });
});

describe("verify: a push of which nobody could be told", () => {
  const way = "npm run train -- --branch away";

  it("has a line that says how to start the training later", () => {
    expectWayOut(
      `no training started: Argo's server cannot be told (refused); start it with: ${way}`,
      "away",
    );
    expectWayOut(`away: no answer from Argo's server within 4 s; … if none: ${way}`, "away");
  });

  it("has not, without a way or with another branch's", () => {
    const told = "no training started: Argo's server cannot be told (refused)";
    for (const said of ["", told, way, `${told}; start it with: npm run train -- --branch other`]) {
      assert.throws(() => expectWayOut(said, "away"), /with npm run train -- --branch away/);
    }
  });
});

describe("verify: the run that an alert starts", () => {
  it("is named after the hour in UTC", () => {
    assert.equal(degradedRun(new Date("2026-11-26T17:05:00+01:00")), "train-model-degraded-2026-11-26-16");
  });
});
