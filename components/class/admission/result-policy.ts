/** What the pods of students' runs may report. */
import { arePlain, record, text } from "./cel";
import { OUTPUT_SIZE, outputs, parametersArePlain, PARAMETERS, sizeOf } from "./outputs";
import { METADATA_RULES, NOW_AND_BEFORE, type Policy } from "./policy";

const reported = "variables.now.?outputs.?parameters.orValue([])";

const report = record({
  apiVersion: text(64),
  kind: text(64),
  metadata: (value) => `type(${value}) == map`,
  phase: text(64),
  message: text(4096),
  progress: text(64),
  outputs,
});

/**
 * The rules for WorkflowTaskResults, which any code in a step may write. The controller reads all of them when it
 * starts, and one that it cannot read keeps it from starting.
 */
export const RESULT_POLICY: Policy = {
  name: "gourmetgram-student-results",
  apiGroup: "argoproj.io",
  resource: "workflowtaskresults",
  operations: ["CREATE", "UPDATE"],
  of: "students' accounts",
  variables: NOW_AND_BEFORE,
  rules: [
    ...METADATA_RULES,
    {
      expression: report("variables.now"),
      message: `what the step reports has more than phase, message, progress and outputs (at most ${PARAMETERS} parameters and a result of ${OUTPUT_SIZE} characters each, and no artifacts), or of another type; write large outputs to MLflow`,
    },
    {
      expression: `${arePlain('[variables.now.?outputs.?result.orValue("")]')} && ${parametersArePlain(reported)}`,
      message:
        "an output has two opening braces, or ends in one: Argo would paste something in there, or evaluate it, for the whole class; write such text to MLflow",
    },
    {
      expression: `size(variables.now.?outputs.?result.orValue("")) + ${sizeOf(reported)} <= ${2 * OUTPUT_SIZE}`,
      message: `its outputs have more than ${2 * OUTPUT_SIZE} characters together, with all that is said of them; write large outputs to MLflow`,
    },
  ],
};
