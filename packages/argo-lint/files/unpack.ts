import { kindOf } from "../objects/workflow-object";
import { isRecord, member, Node, type Plain, type Segment } from "../objects/node";
import { FILLED_IN_LATER } from "../expressions/tags";
import { type EventProblem, runOfBinding } from "./event-binding";
import { readYaml } from "./yaml-text";

/** A workflow in a document: the document itself, or a part of it. */
export interface Unpacked {
  readonly value: unknown;
  /** The path in the document of a member of the value. */
  readonly place: (path: readonly Segment[]) => readonly Segment[];
  /** What is wrong with what makes the value, with paths in the value. */
  readonly problems?: readonly EventProblem[];
}

/** The workflows of a document, and the kinds of its other objects. */
export interface Contents {
  readonly workflows: readonly Unpacked[];
  /** Kinds of the objects that are not read, as `Deployment`. */
  readonly others: readonly string[];
}

/**
 * The workflows of a document: of a list those of its items, of a Sensor those that its triggers start, of a
 * WorkflowEventBinding the run that it submits.
 */
export function unpack(value: unknown): Contents {
  if (!isRecord(value)) return { workflows: [], others: ["something that is not an object"] };
  const kind = typeof value["kind"] === "string" ? value["kind"] : undefined;
  if (kind === undefined) return { workflows: [], others: ["an object without a kind"] };
  if (kindOf(new Node(value)) !== undefined)
    return { workflows: [{ value, place: (path) => path }], others: [] };
  const items: unknown = value["items"];
  if (/List$/.test(kind) && Array.isArray(items)) {
    return join(items.map((item, index) => below(unpack(item), ["items", index])));
  }
  if (kind === "Sensor") return sensor(value);
  if (kind === "WorkflowEventBinding") {
    const run = runOfBinding(value);
    return run === undefined
      ? { workflows: [], others: ["WorkflowEventBinding without a run"] }
      : { workflows: [run], others: [] };
  }
  return { workflows: [], others: [kind] };
}

/** The workflows of an object as {@link unpack} finds them, as plain objects. */
export function runsOf(object: unknown): unknown[] {
  return unpack(object).workflows.map(({ value }) => value);
}

function join(parts: readonly Contents[]): Contents {
  return {
    workflows: parts.flatMap(({ workflows }) => workflows),
    others: parts.flatMap(({ others }) => others),
  };
}

function below({ workflows, others }: Contents, prefix: readonly Segment[]): Contents {
  return {
    workflows: workflows.map(({ place, ...rest }) => ({
      ...rest,
      place: (path) => [...prefix, ...place(path)],
    })),
    others,
  };
}

/** Of a text in the document: all its parts are where the text is. */
function inText({ workflows, others }: Contents, place: readonly Segment[]): Contents {
  return { workflows: workflows.map(({ value }) => ({ value, place: () => place })), others };
}

/** What a trigger does with a whole object. In all else the object is a part of one, or only names it. */
const STARTS: readonly unknown[] = [undefined, "submit", "create", "update"];

function sensor(value: Plain): Contents {
  const triggers = member(value, "spec", "triggers");
  const found = (Array.isArray(triggers) ? (triggers as unknown[]) : []).flatMap((trigger, index) =>
    ["argoWorkflow", "k8s"].flatMap((type) => {
      const operation = member(trigger, "template", type, "operation");
      if (!STARTS.includes(operation)) {
        return [{ workflows: [], others: [`the object of the operation ${String(operation)}`] }];
      }
      const source = member(trigger, "template", type, "source");
      const inline = member(source, "inline");
      const given = typeof inline === "string" ? readYaml(inline).values?.[0] : member(source, "resource");
      const resource: unknown = given ?? undefined;
      if (resource === undefined) {
        // A file, a bucket or an address, which only the run reads.
        const [from] = isRecord(source) ? Object.keys(source) : [];
        const name = member(trigger, "template", "name");
        const what = `the workflow that the trigger ${typeof name === "string" ? name : index} loads from ${from ?? ""}`;
        return from === undefined ? [] : [{ workflows: [], others: [what] }];
      }
      const prefix = ["spec", "triggers", index, "template", type, "source"];
      const { parameters, args } = member(trigger, "template", type) as Plain;
      const contents = unpack(withArgs(filled(resource, parameters), args));
      return [
        typeof inline === "string"
          ? inText(contents, [...prefix, "inline"])
          : below(contents, [...prefix, "resource"]),
      ];
    }),
  );
  return found.length === 0 ? { workflows: [], others: ["Sensor without a workflow"] } : join(found);
}

/** The resource with an unknown value in each place that the event fills in. */
function filled(resource: unknown, parameters: unknown): unknown {
  const copy: unknown = structuredClone(resource);
  for (const each of Array.isArray(parameters) ? (parameters as unknown[]) : []) {
    const dest = member(each, "dest");
    const keys = typeof dest === "string" ? dest.split(".") : [];
    const last = keys.pop() ?? "";
    const holder = keys.reduce<unknown>(
      (inner, key) => (Array.isArray(inner) ? (inner as unknown[])[Number(key)] : member(inner, key)),
      copy,
    );
    // Of the object itself only what it has: the place may be filled in too.
    if (isRecord(holder) && typeof holder[last] !== "object" && (keys.length > 0 || last in holder)) {
      (holder as Record<string, unknown>)[last] = FILLED_IN_LATER;
    }
  }
  return copy;
}

/** The resource with the parameters that the arguments of `argo submit` bring: `["-p", "name=value"]`. */
function withArgs(resource: unknown, args: unknown): unknown {
  const words = Array.isArray(args) ? args.join(" ") : "";
  const names = [...words.matchAll(/(?:^| )(?:-p|--parameter)[ =]?([-\w]+)=/g)].map(([, name]) => name);
  const spec = member(resource, "spec");
  if (names.length === 0 || !isRecord(resource) || !isRecord(spec)) return resource;
  const given = member(spec, "arguments", "parameters");
  const parameters = [
    ...(Array.isArray(given) ? (given as unknown[]) : []).filter(
      (each) => !names.includes(String(member(each, "name"))),
    ),
    ...names.map((name) => ({ name, value: FILLED_IN_LATER })),
  ];
  return { ...resource, spec: { ...spec, arguments: { ...(spec["arguments"] as Plain), parameters } } };
}
