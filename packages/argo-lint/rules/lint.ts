import type { Diagnostic } from "../objects/diagnostic";
import type { WorkflowObject } from "../objects/workflow-object";
import { WorkflowSet, type WorkflowSetOptions } from "../objects/workflow-set";
import { CORRECTNESS, productionRules } from "./index";

/** How strict the linter is. */
export interface LintOptions extends Partial<WorkflowSetOptions> {
  /**
   * True also requires requests, limits and an image digest of every container, and a deadline of every exit handler.
   *
   * @default false
   */
  readonly production?: boolean;
  /** Images that need no digest, as written in the workflows. @default none */
  readonly imagesWithoutDigest?: readonly string[];
}

/**
 * Checks workflows without running them: Workflow, WorkflowTemplate, ClusterWorkflowTemplate and CronWorkflow, as
 * plain objects. They are checked together: what one refers to is looked up in the others. Objects of other kinds are
 * ignored.
 *
 * A value that is not plain data, such as an output of another resource, counts as not known yet, and is never an
 * error.
 *
 * @returns the diagnostics in the order of the objects, without duplicates
 */
export function lint(objects: readonly unknown[], options: LintOptions = {}): Diagnostic[] {
  const { closed = false, production = false, imagesWithoutDigest = [] } = options;
  const set = new WorkflowSet(objects, { closed });
  const rules = production ? [...CORRECTNESS, ...productionRules(imagesWithoutDigest)] : CORRECTNESS;
  const diagnostics = new Map<string, Diagnostic>();
  for (const object of set.objects) {
    const unreadable = set.unreadable.filter((each) => each.object === object);
    const found = [
      ...unreadable.map(({ diagnostic }) => diagnostic),
      ...rules.flatMap((rule) => [...rule(object, set)]),
    ];
    for (const { node, ...rest } of found) {
      const where = `${outermost(object).title} ${node.label}`.trim();
      const diagnostic = { ...rest, object: object.index, where, path: node.path };
      diagnostics.set(`${object.index} ${rest.rule} ${where} ${rest.message}`, diagnostic);
    }
  }
  return [...diagnostics.values()].sort((a, b) => a.object - b.object);
}

/** The object that was given, for one in the manifest of a resource template. */
function outermost(object: WorkflowObject): WorkflowObject {
  return object.creator === undefined ? object : outermost(object.creator.home);
}
