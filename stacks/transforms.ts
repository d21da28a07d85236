/** What all objects of a kind of stack have in common, added in one place as they are registered. */
import * as pulumi from "@pulumi/pulumi";
import { BASE_LABELS, STUDENT_LABEL } from "../components/class";
import { OWNER_LABEL, Ownership } from "../components/kubernetes";

type Labels = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * Transforms every object registered from here on for which `applies` holds; the argument is its type token. An option
 * that an object sets itself counts more than one from here.
 */
function transform(
  applies: (type: string) => boolean,
  change: (props: unknown) => unknown,
  opts: pulumi.CustomResourceOptions = {},
): void {
  pulumi.runtime.registerStackTransformation((args) =>
    args.type.startsWith("kubernetes:") && applies(args.type)
      ? { props: change(args.props) as pulumi.Inputs, opts: pulumi.mergeOptions(opts, args.opts) }
      : undefined,
  );
}

const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

/**
 * Labels every object that the stack creates with its owner. Patches change objects of other owners. Definitions of kinds
 * stay when the stack is destroyed, and the next one of its name has another owner's label.
 */
export function labelOwned(): void {
  const { labels } = new Ownership("ownership");
  const shared = Object.fromEntries(Object.entries(labels).filter(([name]) => name !== OWNER_LABEL));
  transform((type) => !type.endsWith("Patch") && type !== DEFINITION, withLabels(labels));
  transform((type) => type === DEFINITION, withLabels(shared));
}

const GUARD = "kubernetes:admissionregistration.k8s.io/v1:";

/**
 * Protects what belongs to the base of a class: it has the label by which the guard recognises it, is created after the
 * guard and the rules for students and deleted before them. The API server lets no policy guard policies: a base that
 * is destroyed while students use it fails at what is guarded, before it comes to the rules.
 *
 * @param guard The last objects of the guard and of the rules.
 */
export function protectBase(guard: pulumi.Resource[]): void {
  transform((type) => !type.startsWith(GUARD), withLabels(BASE_LABELS), { dependsOn: guard });
}

/** Gives the pods of all Deployments a priority. */
export function prioritize(priorityClass: pulumi.Output<string>): void {
  transform(
    (type) => type === "kubernetes:apps/v1:Deployment",
    (props) => changed(props, ["spec", "template", "spec", "priorityClassName"], () => priorityClass),
  );
}

/**
 * Labels the namespaces of a student. They are deleted before the record that the student uses the base.
 *
 * @param usage The record.
 */
export function labelStudent(student: string, usage: pulumi.Resource): void {
  transform((type) => type === "kubernetes:core/v1:Namespace", withLabels({ [STUDENT_LABEL]: student }), {
    dependsOn: usage,
  });
}

/** What stays in the cluster where data is to be kept: volumes, their passwords, and the namespace around both. */
const KEPT = ["Namespace", "PersistentVolumeClaim", "Secret"].map((kind) => `kubernetes:core/v1:${kind}`);

/** Keeps the stack's volumes when the stack is destroyed. */
export function retainVolumes(): void {
  transform(
    (type) => KEPT.includes(type),
    (props) => props,
    { retainOnDelete: true },
  );
}

function withLabels(labels: Labels): (props: unknown) => unknown {
  return (props) => changed(props, ["metadata", "labels"], (given) => ({ ...(given as Labels), ...labels }));
}

/** Arguments with one member changed. On the way to it there may be outputs, whose members are not known here. */
function changed(value: unknown, path: readonly string[], change: (member: unknown) => unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    return pulumi.output(value).apply((known: unknown) => changed(known, path, change));
  }
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  const members = (value ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [first]: changed(members[first], rest, change) };
}
