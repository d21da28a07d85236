import { verdictOf } from "../../../live/runs/outcome";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check } from "../../suite/check";
import { expectEqual } from "../../suite/expect";
import { attend } from "../../runs/lessons";

/** A model below the accuracy that is asked for ends at the gate. What is not done then, `training-refused` looks at. */
export const lessonAccuracy: Check = {
  name: "lesson-accuracy",
  title: "A model that fails its accuracy test stops before the build; what served before still serves",
  run: async (context) => {
    const { training, look } = await attend(context, "failed-accuracy");
    const { run } = training;
    expectEqual(`outcome of ${nameOf(run)}`, verdictOf(training), "stopped-by-gate", look);
    context.see(`${nameOf(run)}: step build-container left out`);
  },
};
