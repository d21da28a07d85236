import { type Check } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { stateText } from "../../../live/services/mlflow";
import { expectMetrics, trackedRunOf } from "../../runs/training-metrics";
import { nameOf, outputOf, stepOf } from "../../../live/workflows/workflow";

/** A model that fails its tests is a result, not an error: nothing is registered and nothing is built. */
export const trainingRefused: Check = {
  name: "training-refused",
  title: "A model that fails its tests is not registered, and nothing is built from it",
  run: async (context) => {
    const { lab, see } = context;
    const training = await lab.runs.once("failed-accuracy", context);
    const { run, children } = training;
    const [before, after] = [training.before.registry, training.after.registry];
    const name = nameOf(run);
    const look = await lab.runs.look(training);
    expectEqual(`phase of ${name}`, run.status?.phase, "Succeeded", look);
    expectEqual(
      "output model-version of run-training",
      outputOf(run, "run-training", "model-version"),
      "",
      look,
    );
    see(`${name} Succeeded, with an empty model-version`);

    expectEqual("the model registry, unless someone else trains", stateText(after), stateText(before), look);
    see(`the model registry as before: ${stateText(after)}`);

    const tracked = await trackedRunOf(lab.mlflow, run, look);
    see(`MLflow run ${tracked.id}: ${expectMetrics(tracked, { passes: false, accuracy: 0.75 })}`);

    const build = stepOf(run, "build-container");
    expect(build?.phase === "Skipped" || build?.phase === "Omitted", {
      expected: "step build-container Skipped or Omitted",
      seen: build?.phase ?? "no such step",
      look,
    });
    expectEqual(`workflows that ${name} owns`, children.map(nameOf).join(", "), "", look);
    see(`step build-container ${build.phase}, no workflow started`);
  },
};
