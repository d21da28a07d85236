/** The lessons that a step's message tells: the training registers a version, and a step of its build fails by it. */
import { messagesOf } from "../../../live/workflows/workflow";
import { learn } from "../../runs/lessons";
import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";

/** A model that does not fit the application passes its training, and staging's test finds out. */
export const lessonBadArchitecture: Check = {
  name: "lesson-bad-architecture",
  title: "A model that does not fit fails in staging's test, by name; what served before still serves",
  run: async (context) => {
    const wordsOf = (version: string): string => `model version ${version} does not fit the application: `;
    const { version, message, look } = await learn(context, "bad-architecture", "test-staging", (of) => [
      wordsOf(of),
    ]);
    expect(message.split(wordsOf(version))[1]?.trim() !== "", {
      expected: "the mismatch in the message of step test-staging",
      seen: message,
      look,
    });
  },
};

/** A model that needs more memory than its container may use never starts. */
export const lessonOversized: Check = {
  name: "lesson-oversized",
  title: "A model that is too large fails to deploy, OOMKilled; what served before still serves",
  run: async (context) => {
    const words = (version: string) => [`model version ${version} `, "OOMKilled"];
    const { training, look } = await learn(context, "oversized", "deploy-to-staging", words);
    const shown = training.children.flatMap(messagesOf).find((line) => line.includes("OOMKilled"));
    expect(shown !== undefined, { expected: "OOMKilled in a message of the workflow", seen: "none", look });
  },
};

/** Training code with a bug that its own tests do not see. */
export const lessonBadCode: Check = {
  name: "lesson-bad-code",
  title: "A model that code with a bug has saved fails in staging, by name; what served before still serves",
  run: async (context) => {
    if (context.lab.outputs.trainRepository === null) {
      context.see("the lab has no repository of the training code: nothing is trained from it");
      return;
    }
    const words = (version: string) => [
      `model version ${version} `,
      "Save the whole model, not only its weights",
    ];
    await learn(context, "mlops-bad", "deploy-to-staging", words);
  },
};
