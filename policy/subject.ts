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

/** Judges one resource by itself. Gives what is wrong with it, a sentence each. */
export type ResourceRule = (subject: Subject) => string[];

/** What a rule over all resources has found. */
export interface StackFinding {
  readonly urn: string;
  readonly message: string;
}

/** Judges the resources of a stack together. */
export type StackRule = (subjects: readonly Subject[]) => StackFinding[];

/** Takes an object's properties; those of anything else are none. */
export function propsOf(value: unknown): Props {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Props) : {};
}

/** Takes a list's items; anything else has none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Takes a text, to be shown; anything else is shown as a question mark. */
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "?");

/** Whether the resource was made by a component of this type, or by one that such a component made. */
export function isPartOf({ urn }: Subject, component: string): boolean {
  const types = urn.split("::")[2] ?? "";
  return types.split("$").slice(0, -1).includes(component);
}

/** Whether the resource is an object of the cluster: a custom one as well. */
export const isKubernetesObject = ({ type }: Subject): boolean =>
  type.startsWith("kubernetes:") && !type.startsWith("kubernetes:index:");
