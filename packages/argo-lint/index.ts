/** Judges workflows before they run. */
export { type Finding, RULES, type RuleName, type Severity, describe } from "./finding";
export { type ProofOptions, prove } from "./prove";
export { nextTimes, scheduleProblem } from "./schedules/schedule";
export { compareRights, type GivenRight, type Need, type RightsNeeded, rightsOf } from "./rights";
