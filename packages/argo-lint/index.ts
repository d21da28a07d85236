/** A linter for Argo workflows: finds what fails or hangs before it runs. */
export {
  type Diagnostic,
  RULES,
  type RuleName,
  type Severity,
  formatDiagnostics,
} from "./objects/diagnostic";
export { type LintOptions, lint } from "./rules/lint";
export { nextTimes, scheduleProblem, timeZoneProblem } from "./schedules/schedule";
export { rightsOfEvents } from "./rights/event-rights";
export { runsOf } from "./files/unpack";
export { compareRights, type GivenRight, type Need, type RightsNeeded, rightsOf } from "./rights/rights";
export { literal } from "./expressions/tags";
export { type OrderedCall, callGraphOf } from "./flow/call-graph";
export { exitHandlers, hooked } from "./flow/reach";
export { Template, WorkflowObject } from "./objects/workflow-object";
export { WorkflowSet } from "./objects/workflow-set";
export { Node } from "./objects/node";
