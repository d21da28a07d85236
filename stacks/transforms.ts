/** What all objects of a scope have in common, added in one place as they are registered. */
import * as pulumi from "@pulumi/pulumi";
import { BASE_LABELS, STUDENT_LABEL } from "../components/class";
type Props = Record<string, unknown>;

/** A registration that is looked at. */
interface Registration {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly props: Props;
  readonly opts: pulumi.ResourceOptions;
}

/** Changes a registration; `undefined` leaves it as it is. */
type Mark = (registration: Registration) => Pick<Registration, "props" | "opts"> | undefined;

/** Adds a mark to everything that is registered from here on. */
function marked(mark: Mark): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    mark({ type, props: props, opts: opts }),
  );
}

/** A patch changes an object that another stack, or somebody else, owns. */
const isPatch = (type: string): boolean => type.endsWith("Patch");

/**
 * Marks every object that the stack makes as its own.
 *
 * @param labels Who owns it.
 */
export function markOwn(labels: Readonly<Record<string, pulumi.Input<string>>>): void {
  marked(({ type, props, opts }) =>
    type.startsWith("kubernetes:") && !isPatch(type) ? { props: withLabels(props, labels), opts } : undefined,
  );
}

const GUARD = "kubernetes:admissionregistration.k8s.io/v1:";

/**
 * Marks what belongs to the base of a class: it has the label by which the guard knows it, it is created after the guard
 * and deleted before it, and its pods are worth more than those of students.
 *
 * @param guard The guard's last object.
 * @param priorityClass Name of the PriorityClass.
 */
export function markBase(guard: pulumi.Resource, priorityClass: string): void {
  marked(({ type, props, opts }) => {
    if (!type.startsWith("kubernetes:") || type.startsWith(GUARD)) return undefined;
    const labelled = withLabels(props, BASE_LABELS);
    return {
      props: type === "kubernetes:apps/v1:Deployment" ? withPriority(labelled, priorityClass) : labelled,
      opts: pulumi.mergeOptions(opts, { dependsOn: guard }),
    };
  });
}

/**
 * Marks the namespaces of a student. They are deleted before the base is told that the student has gone.
 *
 * @param user The object that tells the base of the student.
 */
export function markStudent(student: string, user: pulumi.Resource): void {
  marked(({ type, props, opts }) =>
    type === "kubernetes:core/v1:Namespace"
      ? {
          props: withLabels(props, { [STUDENT_LABEL]: student }),
          opts: pulumi.mergeOptions(opts, { dependsOn: user }),
        }
      : undefined,
  );
}

/** What stays in the cluster where data is to be kept: volumes, what opens them, and the namespace around both. */
const KEPT = ["Namespace", "PersistentVolumeClaim", "Secret"].map((kind) => `kubernetes:core/v1:${kind}`);

/** Has the stack's volumes outlive it. */
export function keepVolumes(): void {
  marked(({ type, props, opts }) =>
    KEPT.includes(type) ? { props, opts: pulumi.mergeOptions(opts, { retainOnDelete: true }) } : undefined,
  );
}

/** The arguments of an object with further labels. */
function withLabels(props: Props, labels: Readonly<Record<string, pulumi.Input<string>>>): Props {
  const given = props["metadata"];
  const add = (metadata: Props = {}): Props => ({
    ...metadata,
    labels: { ...(metadata["labels"] as Props | undefined), ...labels },
  });
  // Members of an output cannot be spread.
  const metadata = pulumi.Output.isInstance(given)
    ? pulumi.output(given as pulumi.Output<Props>).apply((known) => add(known as Props))
    : add(given as Props | undefined);
  return { ...props, metadata };
}

function withPriority(props: Props, priorityClassName: string): Props {
  const spec = props["spec"] as Props;
  const template = spec["template"] as Props;
  return {
    ...props,
    spec: { ...spec, template: { ...template, spec: { ...(template["spec"] as Props), priorityClassName } } },
  };
}
