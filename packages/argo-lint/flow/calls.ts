import type { TemplateNode } from "../objects/objects";
import { atoms, type Depends, parseDepends } from "../expressions/depends";
import type { Spot } from "../objects/spot";

/** A step or task: a call of a template. */
export interface Call {
  readonly name: string | undefined;
  readonly spot: Spot;
  /** `steps` or `tasks`: how references call it. */
  readonly group: "steps" | "tasks";
  /** True if it can be left out: it has a condition, or its list of items may be empty. */
  readonly optional: boolean;
  /** True if it runs once for each of several items. */
  readonly loops: boolean;
}

/** The calls of a template that consists of steps, group by group. */
export function stepGroups(template: TemplateNode): Call[][] {
  return template.spot.at("steps").items.map((group) =>
    // A group of one may stand without its list.
    (Array.isArray(group.value) ? group.items : group.exists ? [group] : []).map((spot) =>
      call(spot, "steps"),
    ),
  );
}

/** The tasks of a DAG. */
export function tasks(template: TemplateNode): Call[] {
  return template.spot.in("dag", "tasks").items.map((spot) => call(spot, "tasks"));
}

/** Read once: most rules go through the calls of all templates. */
const known = new WeakMap<TemplateNode, readonly Call[]>();

/** All calls of a template; none if it runs no others. */
export function callsOf(template: TemplateNode): readonly Call[] {
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

function call(spot: Spot, group: Call["group"]): Call {
  const loops = ["withItems", "withParam", "withSequence"].some((key) => spot.at(key).exists);
  return {
    name: spot.at("name").text,
    spot,
    group,
    loops,
    optional:
      (spot.at("when").text ?? "") !== "" || spot.at("withParam").exists || spot.at("withSequence").exists,
  };
}

/** The tasks that a task names, and under which outcomes of them it runs. */
export interface TaskNeeds {
  readonly names: readonly string[];
  /** Undefined if the text cannot be read. */
  readonly condition: Depends | undefined;
  /** What cannot be read, and why. */
  readonly error?: string;
}

/** What a task waits for. */
export function needsOf(task: Call): TaskNeeds {
  const text = task.spot.at("depends").text;
  if (text !== undefined && text !== "") {
    const condition = parseDepends(text);
    return typeof condition === "string"
      ? { names: [], condition: undefined, error: condition }
      : { names: [...new Set(atoms(condition).map(({ task: name }) => name))], condition };
  }
  const names = task.spot
    .at("dependencies")
    .items.flatMap(({ text: name }) => (name === undefined ? [] : [name]));
  return { names, condition: { all: names.map((name) => ({ task: name })) } };
}
