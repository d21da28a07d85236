import type { Diagnostic } from "../objects/diagnostic";
import { FILLED_IN_LATER } from "../expressions/tags";
import { isRecord, member, type Plain, type Segment } from "../objects/node";

/** What is wrong with an event binding, in the place of the run that it belongs to. */
export type EventProblem = Omit<Diagnostic, "object" | "where">;

/** The run that a WorkflowEventBinding submits. */
export interface RunOfBinding {
  readonly value: Plain;
  readonly place: (path: readonly Segment[]) => readonly Segment[];
  readonly problems: readonly EventProblem[];
}

/** What expressions about an event can name, apart from functions. */
const NAMES = [
  "namespace",
  "discriminator",
  "metadata",
  "payload",
  "sprig",
  "true",
  "false",
  "nil",
  "not",
  "let",
  "if",
];

/** What Argo evaluates of the metadata of the run. */
const SINGLE = ["name", "generateName"];
const MAPS = ["labels", "annotations"];

/** The label by which Argo names the binding of a run. */
const BINDING_LABEL = "workflows.argoproj.io/workflow-event-binding";

/** The run that Argo's server creates when the event comes; undefined if the binding submits none. */
export function runOfBinding(binding: Plain): RunOfBinding | undefined {
  const submit = member(binding, "spec", "submit");
  if (!isRecord(submit)) return undefined;
  const problems: EventProblem[] = [];
  const { name, namespace } = (binding["metadata"] ?? {}) as Plain;
  const { metadata: given, ...spec } = submit;
  const metadata = isRecord(given) ? given : {};
  const single = SINGLE.filter((key) => (metadata[key] ?? "") !== "")
    .map((key): [string, unknown] => [key, textOf(metadata[key], ["metadata", key], problems)])
    .filter(([, text]) => text !== FILLED_IN_LATER);
  const maps = MAPS.map((key): [string, unknown] => {
    const members = Object.entries(isRecord(metadata[key]) ? metadata[key] : {});
    const texts = members.map(([each, value]) => [each, textOf(value, ["metadata", key, each], problems)]);
    return [key, Object.fromEntries(texts)];
  });
  const { labels, ...others } = Object.fromEntries(maps) as Record<string, Plain>;
  judgeSelector(member(binding, "spec", "event", "selector"), problems);
  return {
    value: {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: {
        generateName: name,
        ...Object.fromEntries(single),
        namespace,
        ...others,
        labels: { ...labels, [BINDING_LABEL]: name },
      },
      spec: withEvent(spec, problems),
    },
    place: ([first, ...rest]) => {
      if (first === "spec") return ["spec", "submit", ...rest];
      if (first === "event") return ["spec", "event", ...rest];
      const inRun = rest.length > 0 && member(metadata, ...rest.map(String)) !== undefined;
      if (inRun) return ["spec", "submit", "metadata", ...rest];
      return rest.at(-1) === BINDING_LABEL
        ? ["metadata", "name"]
        : [...(first === undefined ? [] : [first]), ...rest];
    },
    problems,
  };
}

/** The text that an expression yields; the event decides about most. */
function textOf(expression: unknown, path: readonly Segment[], problems: EventProblem[]): unknown {
  if (typeof expression !== "string") return expression;
  const [, , text] = /^\s*(["'`])([^"'`\\]*)\1\s*$/.exec(expression) ?? [];
  if (text !== undefined) return text;
  const reason = noText(expression);
  problems.push(
    reason === undefined
      ? notChecked(path)
      : {
          path,
          severity: "error",
          rule: "condition",
          message: `Argo reads this as an expression, and no run starts: ${reason}`,
          fix: `for a text as it is, add quotes inside of the quotes: "'${expression}'"`,
        },
  );
  return FILLED_IN_LATER;
}

function notChecked(path: readonly Segment[]): EventProblem {
  const message = "expressions are not checked";
  return { path, severity: "unsupported", rule: "kind", message, fix: "test it by an event" };
}

/** Why an expression surely yields no text. */
function noText(expression: string): string | undefined {
  const text = expression.trim();
  if (text === "") return "it is empty";
  if (/^(?:[-+]?[\d_.]+(?:e[-+]?\d+)?|true|false|nil)$/i.test(text)) return `${text} is not a text`;
  const [, name] = /^([A-Za-z_$][\w$]*)(?!\s*\(|[\w$])/.exec(text) ?? [];
  return name === undefined || NAMES.includes(name) ? undefined : `there is no ${name}`;
}

function judgeSelector(selector: unknown, problems: EventProblem[]): void {
  if (typeof selector !== "string" || /^\s*(?:true|false)\s*$/.test(selector)) return;
  problems.push(notChecked(["event", "selector"]));
}

/** The run as it is created: with values in place of the expressions that read them from the event. */
function withEvent(spec: Plain, problems: EventProblem[]): Plain {
  const parameters = member(spec, "arguments", "parameters");
  if (!Array.isArray(parameters)) return spec;
  const passed = (parameters as unknown[]).map((each, index) => {
    if (!isRecord(each)) return each;
    const event = member(each, "valueFrom", "event");
    if (typeof event === "string" && event.trim() !== "")
      return { name: each["name"], value: FILLED_IN_LATER };
    problems.push({
      path: ["spec", "arguments", "parameters", index],
      severity: "error",
      rule: "arguments",
      message: "a parameter of an event binding has no valueFrom.event, without which no run starts",
      fix: `add valueFrom.event: an expression about the event, or a text in quotes such as "'main'"`,
    });
    return each;
  });
  return { ...spec, arguments: { ...(spec["arguments"] as Plain), parameters: passed } };
}
