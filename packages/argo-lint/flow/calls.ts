import type { Template } from "../objects/workflow-object";
import { atoms, type Depends, parseDepends } from "../expressions/depends";
import type { Node } from "../objects/node";

/** A step or task: a call of a template. */
export interface Call {
  readonly name: string | undefined;
  readonly node: Node;
  /** `steps` or `tasks`: how references call it. */
  readonly group: "steps" | "tasks";
  /** True if it can be skipped: it has a condition, or its list of items may be empty. */
  readonly optional: boolean;
  /** True if it runs once for each of several items. */
  readonly loops: boolean;
}

/** The calls of a template that consists of steps, group by group. */
export function stepGroups(template: Template): Call[][] {
  return template.node.at("steps").items.map((group) =>
    // A group of one may stand without its list.
    (Array.isArray(group.value) ? group.items : group.exists ? [group] : []).map((node) =>
      call(node, "steps"),
    ),
  );
}

/** The tasks of a DAG. */
export function tasks(template: Template): Call[] {
  return template.node.in("dag", "tasks").items.map((node) => call(node, "tasks"));
}

/** Read once: most rules go through the calls of all templates. */
const known = new WeakMap<Template, readonly Call[]>();

/** All calls of a template; none if it runs no others. */
export function callsOf(template: Template): readonly Call[] {
  let calls = known.get(template);
  if (calls === undefined) {
    calls =
      template.type === "steps"
        ? stepGroups(template).flat()
        : template.type === "dag"
          ? tasks(template)
          : [];
    known.set(template, calls);
  }
  return calls;
}

function call(node: Node, group: Call["group"]): Call {
  // An empty list of items is none: the step runs once.
  const loops =
    node.at("withItems").items.length > 0 ||
    ["withParam", "withSequence"].some((key) => !node.at(key).isEmpty);
  return {
    name: node.at("name").text,
    node,
    group,
    loops,
    optional:
      (node.at("when").text ?? "") !== "" || node.at("withParam").exists || node.at("withSequence").exists,
  };
}

/** The tasks that a task names, and under which outcomes of them it runs. */
export interface TaskNeeds {
  readonly names: readonly string[];
  /** Undefined if the text cannot be parsed. */
  readonly condition: Depends | undefined;
  /** What cannot be read, and why. */
  readonly problem?: string;
}

/** What a task waits for. */
export function needsOf(task: Call): TaskNeeds {
  const text = task.node.at("depends").text;
  if (text !== undefined && text !== "") {
    const condition = parseDepends(text);
    return typeof condition === "string"
      ? { names: [], condition: undefined, problem: condition }
      : { names: [...new Set(atoms(condition).map(({ task: name }) => name))], condition };
  }
  const names = task.node
    .at("dependencies")
    .items.flatMap(({ text: name }) => (name === undefined ? [] : [name]));
  return { names, condition: { all: names.map((name) => ({ task: name })) } };
}
