import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { attend, expectFailureIn, expectRegistered } from "../../runs/lessons";

/** A model that does not fit the application passes its training, and staging's test finds out. */
export const lessonBadArchitecture: Check = {
  name: "lesson-bad-architecture",
  title: "A model that does not fit fails in staging's test, by name; what served before still serves",
  run: async (context) => {
    const lesson = await attend(context, "bad-architecture");
    const version = expectRegistered(context, lesson);
    const { message } = expectFailureIn(context, lesson, "test-staging");
    const words = `model version ${version} does not fit the application: `;
    expect(message.includes(words) && message.split(words)[1]?.trim() !== "", {
      expected: `a message of step test-staging with "${words}" and the mismatch`,
      seen: message,
      look: lesson.look,
    });
  },
};
