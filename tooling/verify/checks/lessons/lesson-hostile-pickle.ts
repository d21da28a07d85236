import { type Check } from "../../suite/check";
import { expect } from "../../suite/expect";
import { learn } from "../../runs/lessons";

/** What the pickle of the scenario would use, as the scanner names it. */
const FOUND = "posix.system";
const TAG = "pickle_scan";

/** A model whose file runs a program is registered, and refused before anything loads it. */
export const lessonHostilePickle: Check = {
  name: "lesson-hostile-pickle",
  title: "A model that runs a program when loaded is tagged and not built; what served before still serves",
  run: async (context) => {
    const { lab, see } = context;
    const words = (of: string) => [`version ${of} is not built`, FOUND];
    const { version, look } = await learn(context, "hostile-pickle", "download-model", words);
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
