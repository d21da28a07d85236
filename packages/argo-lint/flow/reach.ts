import { callsOf } from "./calls";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";
import { literal } from "../expressions/tags";

/** The templates that a run can come to from these, with them. */
export function reachFrom(
  first: readonly TemplateNode[],
  set: ProofSet,
  { hooks }: { readonly hooks: boolean },
): ReadonlySet<TemplateNode> {
  const found = new Set<TemplateNode>();
  const add = (template: TemplateNode): void => {
    if (found.has(template)) return;
    found.add(template);
    for (const { spot } of callsOf(template)) {
      resolved(spot, template.home, set).forEach(add);
      if (hooks) hooked(spot, template.home, set).forEach(add);
    }
  };
  first.forEach(add);
  return found;
}

/** The templates of the hooks of a workflow, a step or a task. */
export function hooked(holder: Spot, home: WorkflowObject, set: ProofSet): TemplateNode[] {
  return holder.at("hooks").members.flatMap(([, hook]) => resolved(hook, home, set));
}

/** The templates with which a run of the object ends: its exit handler, in either of its two forms. */
export function exitHandlers(object: WorkflowObject, set: ProofSet): TemplateNode[] {
  const source = set.source(object).object;
  const name = literal(object.spec.at("onExit")) ?? (source && literal(source.spec.at("onExit")));
  const handler = name === undefined ? undefined : source?.template(name);
  return [
    ...(handler === undefined ? [] : [handler]),
    ...resolved(object.spec.in("hooks", "exit"), object, set),
  ];
}

function resolved(holder: Spot, home: WorkflowObject, set: ProofSet): TemplateNode[] {
  const { template } = holder.exists ? set.resolve(holder, home) : {};
  return template === undefined ? [] : [template];
}
