import { literal } from "../expressions/tags";
import type { Template, WorkflowObject } from "../objects/workflow-object";
import type { WorkflowSet } from "../objects/workflow-set";
import { type Call, callsOf, needsOf } from "./calls";
import { callGraphOf, type OrderedCall } from "./call-graph";
import { hooked, reachFrom } from "./reach";

/** The outputs of a run that have a global name, as `parameters.score`. */
export interface Exports {
  /** All of them, wherever they are made. */
  readonly all: ReadonlySet<string>;
  /** Those that Argo knows of when it comes to a template or a call. */
  before(place: Template | Call): ReadonlySet<string>;
  /**
   * Those that are made by what has ended when the run comes to a template, or to a call of it: what goes on at the same
   * time may have made its own, or not.
   */
  made(template: Template, call?: Call): ReadonlySet<string>;
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
  const late = [source.template(exit ?? ""), ...hooked(object.spec, object, set)].filter(
    (each) => each !== undefined,
  );
  return isComplete
    ? {
        all,
        made: madeOf({ first, late, all, exportedBy, set }),
        before: (place) => {
          const count = known.get("node" in place && "group" in place ? place.node.value : place);
          return count === undefined ? all : new Set(names.slice(0, count));
        },
      }
    : undefined;
}

interface Run {
  readonly first: Template | undefined;
  /** What runs at the end. */
  readonly late: readonly Template[];
  readonly all: ReadonlySet<string>;
  readonly exportedBy: (template: Template) => readonly string[];
  readonly set: WorkflowSet;
}

function madeOf({ first, late, all, exportedBy, set }: Run): Exports["made"] {
  // Most workflows export nothing.
  if (all.size === 0) return () => all;
  const running = reachFrom([first], set, { hooks: false });
  const hooks = [...running].flatMap((each) =>
    callsOf(each).flatMap(({ node }) => hooked(node, each.home, set)),
  );
  const atEnd = reachFrom([...late, ...hooks], set, { hooks: true });
  const callers = new Map<Template, { readonly user: Template; readonly call: Call }[]>();
  for (const user of running) {
    for (const call of callsOf(user)) {
      const called = set.resolve(call.node, user.home).template;
      if (called !== undefined) callers.set(called, [...(callers.get(called) ?? []), { user, call }]);
    }
  }
  const known = new Map<Template, ReadonlySet<string>>();
  const beforeTemplate = (template: Template): ReadonlySet<string> => {
    const found = known.get(template);
    if (found !== undefined) return found;
    // While it is looked up: what calls itself may have made all of them before.
    known.set(template, all);
    const calls = callers.get(template) ?? [];
    const made =
      atEnd.has(template) || !running.has(template)
        ? all
        : new Set(calls.flatMap(({ user, call }) => [...beforeCall(user, call)]));
    known.set(template, made);
    return made;
  };
  const madeWithin = new Map<Call, readonly string[]>();
  const madeBy = (call: Call, user: Template): readonly string[] => {
    const found = madeWithin.get(call);
    if (found !== undefined) return found;
    const called = set.resolve(call.node, user.home).template;
    const names = [...reachFrom([called], set, { hooks: true })].flatMap(exportedBy);
    madeWithin.set(call, names);
    return names;
  };
  const graphs = new Map<Template, ReadonlyMap<unknown, OrderedCall["before"]>>();
  const endedBefore = (user: Template, { node }: Call): OrderedCall["before"] => {
    const order =
      graphs.get(user) ??
      new Map(callGraphOf(user)?.order.map(({ call, before }) => [call.node.value, before] as const));
    graphs.set(user, order);
    return order.get(node.value) ?? new Map<string, Call>();
  };
  const beforeCall = (user: Template, call: Call): ReadonlySet<string> => {
    const made = new Set(beforeTemplate(user));
    for (const each of endedBefore(user, call).values()) {
      for (const name of madeBy(each, user)) made.add(name);
    }
    return made;
  };
  return (template, call) => (call === undefined ? beforeTemplate(template) : beforeCall(template, call));
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
