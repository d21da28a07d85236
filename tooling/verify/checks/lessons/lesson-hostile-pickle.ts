import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { attend, expectFailureIn, expectRegistered } from "../../runs/lessons";

/** What the pickle of the scenario would use, as the scanner names it. */
const FOUND = "posix.system";
const TAG = "pickle_scan";

/** A model whose file runs a program is registered, and refused before anything loads it. */
export const lessonHostilePickle: Check = {
  name: "lesson-hostile-pickle",
  title: "A model that runs a program when loaded is tagged and not built; what served before still serves",
  run: async (context) => {
    const { lab, see } = context;
    const lesson = await attend(context, "hostile-pickle");
    const version = expectRegistered(context, lesson);
    const { message } = expectFailureIn(context, lesson, "download-model");
    const { look } = lesson;
    expect(message.includes(`version ${version} is not built`) && message.includes(FOUND), {
      expected: `a message of step download-model with "version ${version} is not built" and ${FOUND}`,
      seen: message,
      look,
    });
    const tags = await lab.mlflow.tagsOf(lab.outputs.registeredModel.name, version);
    const result = tags.get(TAG) ?? "no such tag";
    expect(result.startsWith("dangerous: ") && result.includes(FOUND), {
      expected: `tag ${TAG} of version ${version}: dangerous, with ${FOUND}`,
      seen: result,
      look,
    });
    const image = tags.get("image");
    expect(image === undefined, { expected: `no image of version ${version}`, seen: image ?? "", look });
    see(`version ${version} has the tag ${TAG}: ${result}, and no image`);
  },
};
