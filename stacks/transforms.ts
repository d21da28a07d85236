/** What all objects of a kind of stack have in common, added in one place as they are registered. */
import * as pulumi from "@pulumi/pulumi";
import { BASE_LABELS, STUDENT_LABEL } from "../components/class";
import { DATA_FATES, DATA_LABEL, OWNER_LABEL, Ownership } from "../components/kubernetes";
import { KEPT_KINDS, type KeptObject } from "./data/kept-data";

type Labels = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * Transforms every object registered from here on for which `applies` holds; the arguments are its type token and what it is
 * given. An option
 * that an object sets itself counts more than one from here.
 */
function transform(
  applies: (type: string, props: unknown) => boolean,
  change: (props: unknown) => unknown,
  opts: pulumi.CustomResourceOptions = {},
): void {
  pulumi.runtime.registerStackTransformation((args) =>
    args.type.startsWith("kubernetes:") && applies(args.type, args.props)
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

/** Whether an object holds data, or opens it: components label those that do. */
const holdsData = (type: string, props: unknown): boolean =>
  KEPT_KINDS.some((kind) => type === `kubernetes:core/v1:${kind}`) && DATA_LABEL in labelsIn(props);

/** Keeps the stack's data when the stack is destroyed: its volumes, what opens them, and the namespace around both. */
export function outliveStack(): void {
  transform(holdsData, withLabels({ [DATA_LABEL]: DATA_FATES.stays }), { retainOnDelete: true });
}

/**
 * Has the stack go on with data that outlived an earlier one: under the names and with the values that are there.
 *
 * Provider 4.27 creates by server-side apply, which changes an object that exists. Once the stack has them in its state,
 * nothing says their names any more: components ignore changes of the names of what holds data.
 */
export function reuse(kept: readonly KeptObject[]): void {
  for (const { kind, name, data, values, storageClass, manager } of kept) {
    const isIt = (type: string, props: unknown): boolean =>
      type === `kubernetes:core/v1:${kind}` &&
      holdsData(type, props) &&
      (kind === "Namespace" || labelsIn(props)["app.kubernetes.io/name"] === data);
    transform(isIt, (props) => {
      const named = changed(props, ["metadata"], (metadata) => ({
        ...(metadata as object),
        name,
        ...(manager === undefined
          ? {}
          : {
              annotations: {
                ...(metadata as { annotations?: object }).annotations,
                "pulumi.com/patchFieldManager": manager,
              },
            }),
      }));
      switch (kind) {
        case "Namespace":
          return named;
        case "PersistentVolumeClaim":
          return changed(named, ["spec", "storageClassName"], (given) => given ?? storageClass);
        case "Secret":
          return changed(named, ["stringData"], () => pulumi.secret(values));
      }
    });
  }
}

/** The labels that a component has given an object in plain text. */
function labelsIn(props: unknown): Readonly<Record<string, unknown>> {
  const { metadata } = props as { metadata?: { labels?: object } };
  return { ...metadata?.labels };
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
