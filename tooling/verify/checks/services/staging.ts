import { readFile } from "node:fs/promises";
import { productsOf } from "../../../live/runs/outcome";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { FOOD_CLASSES, FOOD_PICTURE } from "../../runs/food";
import { expectLineage, type Release, requireRelease } from "../../runs/lineage";

/** Milliseconds in which a class has to come. */
const IN_TIME = 5000;

/** From a model that passes its tests to a service that answers, with everything known about where it comes from. */
export const staging: Check = {
  name: "staging",
  title: "A model that passes serves in staging: version, prediction, alias and lineage agree",
  run: async (context) => {
    const { lab, see } = context;
    const training = await lab.runs.once("normal", context);
    const look = await lab.runs.look(training);
    expectEqual(`phase of ${nameOf(training.run)}`, training.run.status?.phase, "Succeeded", look);
    const release = requireRelease(productsOf(training), look);
    see(`model version ${release.modelVersion}, commit ${release.commit}, image ${release.image}`);

    const { stagingAlias } = lab.outputs.registeredModel;
    const alias = String(training.after.stagingAlias);
    expectEqual(`version with the alias ${stagingAlias}`, alias, release.modelVersion, look);
    see(`${lab.outputs.registeredModel.name}@${stagingAlias} is version ${release.modelVersion}`);

    await expectServed(context, release);
    await expectPrediction(context);
    await expectLineage(context, training, release);
  },
};

/** What `/version` says is what was built, by its digest. */
export async function expectServed({ lab, see }: CheckContext, release: Release): Promise<void> {
  const { url } = lab.staging;
  const served = await lab.staging.version();
  expectEqual(`model_version at ${url}/version`, served.model_version, release.modelVersion);
  expectEqual(`application_commit at ${url}/version`, served.application_commit, release.commit);
  expectEqual(`image at ${url}/version`, served.image, release.image);
  expect(release.image.endsWith(`@${release.imageDigest}`), {
    expected: `the image with the digest ${release.imageDigest}`,
    seen: release.image,
  });
  see(`${url}/version: version ${release.modelVersion}, ${release.imageDigest}`);
}

async function expectPrediction({ lab, see }: CheckContext): Promise<void> {
  const picture = await readFile(FOOD_PICTURE);
  const begin = Date.now();
  const answer = await lab.staging.predict(picture);
  const taken = Date.now() - begin;
  expect(FOOD_CLASSES.includes(answer.class) && answer.confidence > 0 && answer.confidence <= 1, {
    expected: `one of ${FOOD_CLASSES.join(", ")}, with a confidence above 0`,
    seen: JSON.stringify(answer),
  });
  expectEqual(
    "classes in the answer",
    [...answer.classes.map((each) => each.class)].sort().join(", "),
    [...FOOD_CLASSES].sort().join(", "),
  );
  expect(taken < IN_TIME, { expected: `an answer within ${IN_TIME} ms`, seen: `${taken} ms` });
  see(`a picture is ${answer.class} (${answer.confidence}), in ${taken} ms`);
}
