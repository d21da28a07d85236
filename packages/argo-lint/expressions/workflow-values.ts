import { declared, type Problem, problem } from "./problem";
import type { ReferenceContext } from "./reference-context";

/** Keys of labels and annotations that Argo gives to runs. */
const ARGOS_OWN = "workflows.argoproj.io/";

/** Those that the runs of a CronWorkflow have of them. */
const OF_SCHEDULES = [`labels.${ARGOS_OWN}cron-workflow`, `annotations.${ARGOS_OWN}scheduled-time`];

const WORKFLOW =
  /^(?:name|namespace|mainEntrypoint|serviceAccountName|uid|priority|duration|status|failures|scheduledTime|creationTimestamp(?:\.(?:[aAbBdHILmMpSsyYzZ]|RFC3339))?|parameters(?:\.json)?|(?:labels|annotations)(?:\..+)?|outputs\.(?:parameters|artifacts)\..+)$/;

/** What is wrong with a value of the workflow: what comes after `workflow`. */
export function workflowValueProblem(
  parts: readonly string[],
  context: ReferenceContext,
): Problem | undefined {
  const [sort, name, last] = parts;
  if (sort === "parameters" && name !== undefined && name !== "json") {
    const known = context.workflowParameters;
    if (known.has(name)) {
      return undefined;
    }
    const message = `the workflow has no parameter ${name}`;
    const fix = declared("parameters", [...known]);
    return context.mayGetMore
      ? { message: `${message}; a run must pass it`, fix, unsure: true }
      : { message, fix };
  }
  const path = parts.join(".");
  const isOfSchedule = context.object.kind === "CronWorkflow" && OF_SCHEDULES.includes(path);
  const [, key = ""] = /^(?:labels|annotations)\.(.+)$/.exec(path) ?? [];
  if (key !== "" && key !== "json" && !isOfSchedule && !context.metadata.has(path)) {
    return {
      message: `the workflow has no ${key} among its ${sort ?? ""}; a run must bring it`,
      fix: "give it to the workflow under metadata or workflowMetadata",
      unsure: true,
    };
  }
  if (sort === "outputs" && (name === "parameters" || name === "artifacts") && last !== undefined) {
    const output = `${name}.${last}`;
    if (context.exported?.has(output) === false) {
      return problem(
        `no step before exports an output of its ${name} as ${last}`,
        "give that output a globalName, and let this be run after the step that has it",
      );
    }
    return context.made?.has(output) === false
      ? problem(
          `it does not wait for the step that exports ${last}: where that has not ended, ${name === "parameters" ? "Argo passes the braces on as text" : "this fails"}`,
          "let it depend on that step, or stand in a later group of steps",
        )
      : undefined;
  }
  if (sort === "parameters" && context.workflowParameters.size === 0) {
    return {
      message: "the workflow has no parameters",
      fix: "declare them, or remove the reference",
      unsure: context.mayGetMore,
    };
  }
  if (sort === "priority" && !context.hasPriority) {
    return {
      message: "the workflow has no priority; a run must bring it",
      fix: "give it a priority",
      unsure: !context.object.runs,
    };
  }
  if (sort === "failures" && context.running) {
    return problem("the failures are known only when the run has ended", "use it in the exit handler only");
  }
  // The hooks of a workflow have them all the same.
  if (sort === "failures" && !context.hasExit && context.templates.length > 0) {
    return {
      message: "Argo knows the failures only in workflows with onExit",
      fix: "run the exit handler by onExit, not by a hook",
      unsure: context.object.isLibrary,
    };
  }
  if (
    sort === "scheduledTime" &&
    context.object.kind !== "CronWorkflow" &&
    !context.metadata.has(`annotations.${ARGOS_OWN}scheduled-time`)
  ) {
    return {
      message:
        "only the runs of a CronWorkflow have a scheduled time; in others Argo leaves the braces as they are",
      fix: "use workflow.creationTimestamp, or run it by a CronWorkflow",
      unsure: !context.object.runs,
    };
  }
  if (sort === "creationTimestamp" && !WORKFLOW.test(path)) {
    return problem(
      `a creation time has no ${parts.slice(1).join(".")}, and Argo leaves the braces as they are`,
      "use one of a, A, b, B, d, H, I, L, m, M, p, s, S, y, Y, z, Z and RFC3339",
    );
  }
  return WORKFLOW.test(path)
    ? undefined
    : problem(`a workflow has no ${path}`, "use one of Argo's workflow variables");
}
