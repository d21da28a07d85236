import { messagesOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { attend, expectFailureIn, expectRegistered } from "../../runs/lessons";

/** A model that needs more memory than its container may use never starts. */
export const lessonOversized: Check = {
  name: "lesson-oversized",
  title: "A model that is too large fails to deploy, OOMKilled; what served before still serves",
  run: async (context) => {
    const lesson = await attend(context, "oversized");
    const version = expectRegistered(context, lesson);
    const { message } = expectFailureIn(context, lesson, "deploy-to-staging");
    const { look } = lesson;
    expect(message.includes(`model version ${version} `) && message.includes("OOMKilled"), {
      expected: `a message of step deploy-to-staging with version ${version} and OOMKilled`,
      seen: message,
      look,
    });
    const shown = lesson.training.children.flatMap(messagesOf).find((line) => line.includes("OOMKilled"));
    expect(shown !== undefined, { expected: "OOMKilled in a message of the workflow", seen: "none", look });
  },
};
