import { callsOf } from "./calls";
import type { Template, WorkflowObject } from "../objects/workflow-object";
import type { WorkflowSet } from "../objects/workflow-set";
import type { Node } from "../objects/node";
import { literal } from "../expressions/tags";

/** The templates that a run can come to from these, with them. */
export function reachFrom(
  first: readonly (Template | undefined)[],
  set: WorkflowSet,
  { hooks }: { readonly hooks: boolean },
): ReadonlySet<Template> {
  const found = new Set<Template>();
  const add = (template: Template | undefined): void => {
    if (template === undefined || found.has(template)) return;
    found.add(template);
    for (const { node } of callsOf(template)) {
      resolved(node, template.home, set).forEach(add);
      if (!hooks) continue;
      hooked(node, template.home, set).forEach(add);
      add(set.source(template.home).object?.template(literal(node.at("onExit")) ?? ""));
    }
  };
  first.forEach(add);
  return found;
}

/** The templates that a run of the object can come to: from its entrypoint, its exit handlers and its hooks. */
export function reachOfRun(object: WorkflowObject, set: WorkflowSet): ReadonlySet<Template> {
  const starts = [set.entrypoint(object), ...exitHandlers(object, set), ...hooked(object.spec, object, set)];
  return reachFrom(starts, set, { hooks: true });
}

/** The templates of the hooks of a workflow, a step or a task. */
export function hooked(holder: Node, home: WorkflowObject, set: WorkflowSet): Template[] {
  return holder.at("hooks").members.flatMap(([, hook]) => resolved(hook, home, set));
}

/** The templates with which a run of the object ends: its exit handler, in either of its two forms. */
export function exitHandlers(object: WorkflowObject, set: WorkflowSet): Template[] {
  const source = set.source(object).object;
  const name = literal(object.spec.at("onExit")) ?? (source && literal(source.spec.at("onExit")));
  const handler = name === undefined ? undefined : source?.template(name);
  return [
    ...(handler === undefined ? [] : [handler]),
    ...resolved(object.spec.in("hooks", "exit"), object, set),
  ];
}

function resolved(holder: Node, home: WorkflowObject, set: WorkflowSet): Template[] {
  const { template } = holder.exists ? set.resolve(holder, home) : {};
  return template === undefined ? [] : [template];
}
