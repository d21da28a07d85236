import { isLeftOut } from "../../../live/runs/run-steps";
import { verdictOf } from "../../../live/runs/outcome";
import { nameOf, stepOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { attend } from "../../runs/lessons";
import { stateText } from "../../../live/services/mlflow";

/** A model below the accuracy that is asked for ends at the gate. */
export const lessonAccuracy: Check = {
  name: "lesson-accuracy",
  title: "A model that fails its accuracy test stops before the build; what served before still serves",
  run: async (context) => {
    const { training, look } = await attend(context, "failed-accuracy");
    const { run, children } = training;
    expectEqual(`outcome of ${nameOf(run)}`, verdictOf(training), "stopped-by-gate", look);
    const build = stepOf(run, "build-container")?.phase ?? "no such step";
    expect(isLeftOut(build) && children.length === 0, {
      expected: "step build-container left out, and no build",
      seen: `${build}, ${children.map(nameOf).join(", ") || "no build"}`,
      look,
    });
    const { before, after } = training;
    expectEqual("the model registry", stateText(after.registry), stateText(before.registry), look);
    context.see(`${nameOf(run)}: step build-container ${build}, nothing registered, nothing built`);
  },
};
