import { type Call, callsOf, needsOf, tasks } from "../../flow/calls";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import { cycleOf } from "../../flow/cycles";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";

/** Tasks depend on tasks that exist, in no cycle. */
export function* dependencies(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    const all = tasks(template);
    const names = all.flatMap(({ name }) => name ?? []);
    for (const task of all) {
      yield* needs(task, names, all);
    }
    const cycle = cycleOf(names, (name) =>
      all.filter((task) => task.name === name).flatMap((task) => needsOf(task).names),
    );
    if (cycle !== undefined) {
      yield error(
        "dependency",
        template.node.at("dag"),
        `tasks wait for each other: ${cycle.join(" waits for ")}`,
        "remove one of these dependencies",
      );
    }
  }
}

function* needs(task: Call, names: readonly string[], all: readonly Call[]): Generator<RuleDiagnostic> {
  const depends = task.node.at("depends");
  const listed = task.node.at("dependencies");
  const node = depends.exists ? depends : listed;
  const { names: wanted, problem } = needsOf(task);
  if (problem !== undefined) {
    yield error(
      "condition",
      depends,
      `depends cannot be parsed: ${problem}`,
      "correct it, as in A.Succeeded && (B || C)",
    );
  }
  if (listed.exists && all.some((each) => each.node.at("depends").exists)) {
    yield error(
      "dependency",
      listed,
      "depends and dependencies are used in one DAG",
      "write all of them as depends",
    );
  }
  for (const name of wanted) {
    if (!names.includes(name) && !name.includes("{")) {
      yield error(
        "dependency",
        node,
        `there is no task ${name} in this DAG`,
        `name one of ${names.join(", ")}`,
      );
    }
  }
}

/** No template runs itself, directly or through others, without a condition that can end it. */
export function* recursion(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const cycle of cyclesOf(set)) {
    const [first] = cycle;
    if (first?.home !== object) continue;
    const names = [...cycle, first].map((each) => each.name ?? "inline");
    yield error(
      "recursion",
      first.node,
      `the template calls itself forever: ${names.join(" calls ")}`,
      "give one of these steps a condition (when) that becomes false",
    );
  }
}

const cycles = new WeakMap<WorkflowSet, readonly (readonly Template[])[]>();

/** The cycles of templates that surely run each other, each from its member that comes first in the set. */
function cyclesOf(set: WorkflowSet): readonly (readonly Template[])[] {
  const before = cycles.get(set);
  if (before !== undefined) return before;
  const order = new Map(
    set.objects.flatMap((object) => set.templatesOf(object)).map((each, index) => [each, index]),
  );
  const place = (template: Template): number => order.get(template) ?? order.size;
  const found: Template[][] = [];
  const done = new Set<Template>();
  const trail: Template[] = [];
  const visit = (template: Template): void => {
    const at = trail.indexOf(template);
    if (at !== -1) {
      const cycle = trail.slice(at);
      const first = cycle.indexOf(cycle.reduce((a, b) => (place(b) < place(a) ? b : a)));
      found.push([...cycle.slice(first), ...cycle.slice(0, first)]);
    } else if (!done.has(template)) {
      trail.push(template);
      surely(template, set).forEach(visit);
      trail.pop();
      done.add(template);
    }
  };
  [...order.keys()].forEach(visit);
  cycles.set(set, found);
  return found;
}

/** The templates that this one surely runs. */
function surely(template: Template, set: WorkflowSet): Template[] {
  const called = callsOf(template)
    .filter((call) => !call.optional && !call.node.at("depends").exists)
    .flatMap(({ node }) => set.resolve(node, template.home).template ?? []);
  const created =
    template.node.in("resource", "action").text === "create"
      ? set
          .workflowsOf(template)
          .flatMap((object) => (object.kind === "Workflow" ? (set.entrypoint(object) ?? []) : []))
      : [];
  return [...called, ...created];
}
