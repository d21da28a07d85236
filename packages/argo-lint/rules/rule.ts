import type { RuleDiagnostic } from "../objects/diagnostic";
import type { WorkflowObject } from "../objects/workflow-object";
import type { WorkflowSet } from "../objects/workflow-set";

/** Checks one object; the set has the others. Pure. */
export type LintRule = (object: WorkflowObject, set: WorkflowSet) => Iterable<RuleDiagnostic>;
