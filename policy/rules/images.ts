import { containersOf } from "../pods";
import { kindOf, itemsOf, type Props, propsOf, type ResourceRule, type Subject } from "../subject";

/**
 * Every container's image is chosen by digest, or by a tag that is not `latest`: what runs does not change by itself.
 *
 * A template of Argo may also take its image as an input, if every step that runs it passes an output of another step:
 * that program answers with what it has built or looked up. A parameter of the workflow would let anyone who submits a
 * run choose.
 */
export const imagesAreFixed: ResourceRule = (subject) =>
  containersOf(subject).flatMap(({ where, props }) => {
    const { image } = props;
    // A digest is not known before the image is built.
    if (typeof image !== "string") return [];
    const input = /^\{\{inputs\.parameters\.([^}]+)\}\}$/.exec(image)?.[1];
    const problem = input === undefined ? problemOf(image) : problemOfInput(subject, image, input);
    return problem === undefined ? [] : [`${where} has the image "${image}", which ${problem}`];
  });

function problemOf(image: string): string | undefined {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
  if (image.includes("@")) return "has an invalid digest";
  // A colon before the last slash belongs to a port.
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined) return "has neither a digest nor a tag, so the runtime pulls the tag latest";
  return tag === "latest" ? "changes with every push: use a digest or a version" : undefined;
}

function problemOfInput(subject: Subject, image: string, input: string): string | undefined {
  const spec = propsOf(subject.props["spec"]);
  const templates = itemsOf(
    (kindOf(subject) === "CronWorkflow" ? propsOf(spec["workflowSpec"]) : spec)["templates"],
  );
  const names = templates.map(propsOf).flatMap((each) => (usesImage(each, image) ? [each["name"]] : []));
  const passed = templates
    .map(propsOf)
    .flatMap((each) => [
      ...itemsOf(each["steps"]).flatMap(itemsOf),
      ...itemsOf(propsOf(each["dag"])["tasks"]),
    ])
    .map(propsOf)
    .filter((call) => names.includes(call["template"]))
    .map((call) => valueOf(call, input));
  const isOutput = (value: unknown): boolean =>
    typeof value === "string" && /^\{\{(steps|tasks)\.[^}.]+\.outputs\.parameters\.[^}]+\}\}$/.test(value);
  return passed.length > 0 && passed.every(isOutput)
    ? undefined
    : "is not always an output of a step: anyone who submits a run could choose it";
}

const usesImage = ({ container, script }: Props, image: string): boolean =>
  [container, script].some((each) => propsOf(each)["image"] === image);

/** What a step passes for a parameter. */
function valueOf(call: Props, name: string): unknown {
  const parameters = itemsOf(propsOf(call["arguments"])["parameters"]).map(propsOf);
  return parameters.find((each) => each["name"] === name)?.["value"];
}
