/** Properties of a resource, or a part of them. What a preview does not know yet is left out. */
export interface Props {
  readonly [key: string]: unknown;
}

/** A resource as the rules see it. */
export interface Subject {
  readonly urn: string;
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  readonly props: Props;
}

/** Checks one resource by itself. Returns what is wrong with it, a sentence each. */
export type ResourceRule = (subject: Subject) => string[];

/** What a rule over all resources has found. */
export interface StackFinding {
  readonly urn: string;
  readonly message: string;
}

/** Checks the resources of a stack together. */
export type StackRule = (subjects: readonly Subject[]) => StackFinding[];

/** The properties of an object; none of anything else. */
export function propsOf(value: unknown): Props {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Props) : {};
}

/** The items of a list; none of anything else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** A text to show; a question mark for anything else. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "?");

/** Whether the resource is a child of a component of this type, directly or not. */
export function isPartOf({ urn }: Subject, component: string): boolean {
  const types = urn.split("::")[2] ?? "";
  return types.split("$").slice(0, -1).includes(component);
}

/**
 * Kind of the object. A patch, which Pulumi has for each kind, counts as the object that it changes: what a rule asks of
 * a pod holds for one that is patched.
 */
export const kindOf = ({ type }: Subject): string => (type.split(":").at(-1) ?? "").replace(/Patch$/, "");

/** Whether the resource is an object of the cluster: a custom one as well. */
export const isKubernetesObject = ({ type }: Subject): boolean =>
  type.startsWith("kubernetes:") && !type.startsWith("kubernetes:index:");
