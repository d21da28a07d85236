import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { attend, expectFailureIn, expectRegistered } from "../../runs/lessons";

/** Training code with a bug that its own tests do not see. */
export const lessonBadCode: Check = {
  name: "lesson-bad-code",
  title: "A model that code with a bug has saved fails in staging, by name; what served before still serves",
  run: async (context) => {
    if (context.lab.outputs.trainRepository === null) {
      context.see("the lab has no repository of the training code: nothing is trained from it");
      return;
    }
    const lesson = await attend(context, "mlops-bad");
    const version = expectRegistered(context, lesson);
    const { message } = expectFailureIn(context, lesson, "deploy-to-staging");
    const words = "Save the whole model, not only its weights";
    expect(message.includes(`model version ${version} `) && message.includes(words), {
      expected: `a message of step deploy-to-staging with version ${version} and "${words}"`,
      seen: message,
      look: lesson.look,
    });
  },
};
