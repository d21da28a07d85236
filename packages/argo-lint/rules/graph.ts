import { type Call, callsOf, needsOf, tasks } from "../flow/calls";
import { type Remark, wrong } from "../finding";
import { circleOf } from "../flow/graph";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";

/** Tasks depend on tasks that exist, in no circle. */
export function* dependencies(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    const all = tasks(template);
    const names = all.flatMap(({ name }) => name ?? []);
    for (const task of all) {
      yield* needs(task, names, all);
    }
    const circle = circleOf(names, (name) =>
      all.filter((task) => task.name === name).flatMap((task) => needsOf(task).names),
    );
    if (circle !== undefined) {
      yield wrong(
        "dependency",
        template.spot.at("dag"),
        `tasks wait for each other: ${circle.join(" waits for ")}`,
        "take one of these dependencies away",
      );
    }
  }
}

function* needs(task: Call, names: readonly string[], all: readonly Call[]): Generator<Remark> {
  const depends = task.spot.at("depends");
  const listed = task.spot.at("dependencies");
  const spot = depends.exists ? depends : listed;
  const { names: wanted, error } = needsOf(task);
  if (error !== undefined) {
    yield wrong(
      "condition",
      depends,
      `depends cannot be read: ${error}`,
      "correct it, as in A.Succeeded && (B || C)",
    );
  }
  if (listed.exists && all.some((each) => each.spot.at("depends").exists)) {
    yield wrong(
      "dependency",
      listed,
      "depends and dependencies stand in one DAG",
      "write all of them as depends",
    );
  }
  for (const name of wanted) {
    if (!names.includes(name) && !name.includes("{")) {
      yield wrong(
        "dependency",
        spot,
        `there is no task ${name} in this DAG`,
        `name one of ${names.join(", ")}`,
      );
    }
  }
}

/** No template runs itself, directly or through others, without a condition that can end it. */
export function* recursion(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const circle of circlesOf(set)) {
    const [first] = circle;
    if (first?.home !== object) continue;
    const names = [...circle, first].map((each) => each.name ?? "inline");
    yield wrong(
      "recursion",
      first.spot,
      `the template runs itself without end: ${names.join(" runs ")}`,
      "give one of these steps a condition (when) that becomes false",
    );
  }
}

const circles = new WeakMap<ProofSet, readonly (readonly TemplateNode[])[]>();

/** The circles of templates that surely run each other, each from its member that comes first in the set. */
function circlesOf(set: ProofSet): readonly (readonly TemplateNode[])[] {
  const before = circles.get(set);
  if (before !== undefined) return before;
  const order = new Map(
    set.objects.flatMap((object) => set.templatesOf(object)).map((each, index) => [each, index]),
  );
  const place = (template: TemplateNode): number => order.get(template) ?? order.size;
  const found: TemplateNode[][] = [];
  const done = new Set<TemplateNode>();
  const trail: TemplateNode[] = [];
  const visit = (template: TemplateNode): void => {
    const at = trail.indexOf(template);
    if (at !== -1) {
      const circle = trail.slice(at);
      const first = circle.indexOf(circle.reduce((a, b) => (place(b) < place(a) ? b : a)));
      found.push([...circle.slice(first), ...circle.slice(0, first)]);
    } else if (!done.has(template)) {
      trail.push(template);
      surely(template, set).forEach(visit);
      trail.pop();
      done.add(template);
    }
  };
  [...order.keys()].forEach(visit);
  circles.set(set, found);
  return found;
}

/** The templates that this one surely runs. */
function surely(template: TemplateNode, set: ProofSet): TemplateNode[] {
  const called = callsOf(template)
    .filter((call) => !call.optional && !call.spot.at("depends").exists)
    .flatMap(({ spot }) => set.resolve(spot, template.home).template ?? []);
  const created =
    template.spot.in("resource", "action").text === "create"
      ? set
          .workflowsOf(template)
          .flatMap((object) => (object.kind === "Workflow" ? (set.entrypoint(object) ?? []) : []))
      : [];
  return [...called, ...created];
}
