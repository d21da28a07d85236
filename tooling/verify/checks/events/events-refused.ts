import { createHash } from "node:crypto";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { alert, githubPing, githubPush, gitlabPush, newData, NO_COMMIT } from "../../events/bodies";
import { type Event, eventSecret, eventToken, type Proof, sendEvent } from "../../events/sending";
import { expect, expectEqual } from "../../suite/expect";

/** The training code's repository, on whatever server. */
const REPOSITORY = "gourmetgram-train";

/** Events that start nothing: because nobody may send them so, or because no binding takes them. */
export const eventsRefused: Check = {
  name: "events-refused",
  title:
    "Events without a right signature are refused; those of another repository, of a tag, of a deleted branch " +
    "and of an alert that is over start nothing",
  run: async ({ lab, see, signal }) => {
    const { outputs, cluster, argo } = lab;
    const before = (await argo.workflows()).map(nameOf);
    const secret = await eventSecret(cluster, outputs.namespace);
    const token = await eventToken(cluster, outputs.namespace);
    const commit = createHash("sha1").update(lab.id).digest("hex");
    const facts = { repository: REPOSITORY, ref: "refs/heads/mlops", commit };
    const push = githubPush(facts);
    const gitlab = gitlabPush(facts);
    const withItsToken = { ...gitlab, headers: { ...gitlab.headers, "X-Gitlab-Token": secret } };

    const forbidden: readonly (readonly [what: string, event: Event, proof: Proof])[] = [
      ["with another signature", push, { secret: "wrong" }],
      ["without a signature", push, "none"],
      ["with another token", push, { token: "wrong" }],
      ["with GitLab's own header in place of a token of the account", withItsToken, "none"],
    ];
    for (const [what, event, proof] of forbidden) {
      const { status, text } = await sendEvent(outputs, event, proof, signal);
      expect(status === 401 || status === 403, {
        expected: `a push ${what} is refused with 401 or 403`,
        seen: `${status} ${text}`,
      });
    }
    see(`refused: a push ${forbidden.map(([what]) => what).join(", ")}`);

    const signed = { secret };
    const idle: readonly (readonly [what: string, event: Event, proof: Proof])[] = [
      ["GitHub's ping", githubPing(REPOSITORY), signed],
      ["a push to another repository", githubPush({ ...facts, repository: "gourmetgram" }), signed],
      ["a tag", githubPush({ ...facts, ref: "refs/tags/v1" }), signed],
      ["a branch that was deleted", githubPush({ ...facts, commit: NO_COMMIT }), signed],
      ["the branch course", githubPush({ ...facts, ref: "refs/heads/course" }), signed],
      ["a tag at GitLab", gitlabPush({ ...facts, ref: "refs/tags/v1" }), { token }],
      ["another project at GitLab", gitlabPush({ ...facts, repository: "gourmetgram" }), { token }],
      ["an alert that is over", alert("resolved", "ModelDegraded"), { token }],
      ["new data without a version", newData("food11"), { token }],
    ];
    for (const [what, event, proof] of idle) {
      const { status, text } = await sendEvent(outputs, event, proof, signal);
      expect(status === 200, { expected: `200 to ${what}`, seen: `${status} ${text}` });
    }
    // Argo answers when it has started what an event asks for.
    const started = (await argo.workflows()).filter(
      (run) => !before.includes(nameOf(run)) && run.metadata.labels?.[TRIGGERED] !== undefined,
    );
    expectEqual("runs that these events have started", started.map(nameOf).join(", "), "");
    see(`nothing is started by: ${idle.map(([what]) => what).join(", ")}`);
  },
};

/** Argo's own label of a run that a binding has started. */
const TRIGGERED = "workflows.argoproj.io/workflow-event-binding";
