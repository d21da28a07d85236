/** Judges workflows before they run. */
export { type Finding, RULES, type RuleName, type Severity, describe } from "./finding";
export { type ProofOptions, prove } from "./prove";
export { nextTimes, scheduleProblem, timeZoneProblem } from "./schedules/schedule";
export { compareRights, type GivenRight, type Need, type RightsNeeded, rightsOf } from "./rights";
export { literal } from "./expressions/tags";
export { type Turn, flowOf } from "./flow/flow";
export { exitHandlers, hooked } from "./flow/reach";
export { TemplateNode, WorkflowObject } from "./objects/objects";
export { ProofSet } from "./objects/proof-set";
export { Spot } from "./objects/spot";
