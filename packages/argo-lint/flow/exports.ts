import { literal } from "../expressions/tags";
import type { Template, WorkflowObject } from "../objects/workflow-object";
import type { WorkflowSet } from "../objects/workflow-set";
import { type Call, callsOf, needsOf } from "./calls";
import { hooked } from "./reach";

/** The outputs of a run that have a global name, as `parameters.score`. */
export interface Exports {
  /** All of them, wherever they are made. */
  readonly all: ReadonlySet<string>;
  /** Those that Argo knows of when it comes to a template or a call. */
  before(place: Template | Call): ReadonlySet<string>;
}

/**
 * What the templates of a run export. Argo goes through a workflow once before it runs: through all that the entrypoint
 * comes to, then the exit handler, then the other templates. Where a step is done, it knows what its template exports;
 * of the entrypoint and the exit handler, which are no steps, it never does.
 *
 * @returns undefined if not all of these templates are known, or not all of the names
 */
export function exportsOf(object: WorkflowObject, set: WorkflowSet): Exports | undefined {
  const source = set.source(object).object;
  if (source === undefined || !(object.runs || (set.options.closed && !object.isLibrary))) return undefined;
  const all = new Set<string>();
  const names: string[] = [];
  /** How many of the names are known, by template, and by what the call was read from. */
  const known = new Map<unknown, number>();
  let isComplete = true;
  const exportedBy = ({ node }: Template): string[] =>
    ["parameters", "artifacts"].flatMap((sort) =>
      node.in("outputs", sort).items.flatMap((output) => {
        const name = output.at("globalName");
        isComplete &&= !name.exists || literal(name) !== undefined;
        return name.text === undefined ? [] : [`${sort}.${name.text}`];
      }),
    );
  const visit = (template: Template): void => {
    if (known.has(template)) return;
    known.set(template, names.length);
    const calls = template.type === "dag" ? inOrder(callsOf(template)) : callsOf(template);
    for (const { node } of calls) {
      const called = set.resolve(node, template.home).template;
      isComplete &&= called !== undefined;
      if (called !== undefined) visit(called);
      if (!node.in("hooks", "exit").exists) known.set(node.value, names.length);
      if (called !== undefined) names.push(...exportedBy(called));
      if (node.in("hooks", "exit").exists) known.set(node.value, names.length);
      for (const hook of hooked(node, template.home, set)) exportedBy(hook).forEach((name) => all.add(name));
    }
    // Of a DAG, Argo looks at the tasks when it has been through them all.
    if (template.type === "dag") for (const { node } of calls) known.set(node.value, names.length);
    exportedBy(template).forEach((name) => all.add(name));
  };
  const first = set.entrypoint(object);
  const exit = literal(object.spec.at("onExit")) ?? literal(source.spec.at("onExit"));
  for (const template of [first, source.template(exit ?? ""), ...object.templates, ...source.templates]) {
    if (template !== undefined) visit(template);
  }
  hooked(object.spec, object, set).forEach(visit);
  return isComplete
    ? {
        all,
        before: (place) => {
          const count = known.get("node" in place && "group" in place ? place.node.value : place);
          return count === undefined ? all : new Set(names.slice(0, count));
        },
      }
    : undefined;
}

/** Tasks after those that they wait for. */
function inOrder(tasks: readonly Call[]): readonly Call[] {
  const done = new Set<Call>();
  const add = (task: Call, above: readonly Call[]): void => {
    if (done.has(task) || above.includes(task)) return;
    for (const name of needsOf(task).names) {
      for (const needed of tasks) if (needed.name === name) add(needed, [...above, task]);
    }
    done.add(task);
  };
  for (const task of tasks) add(task, []);
  return [...done];
}
