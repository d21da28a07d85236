/** The API rights that a program in a pod uses, told by the template, since nothing else shows them. */

/** What a program does to objects of the cluster. */
export interface ApiUse {
  /** API groups; the empty text is the core group. */
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** The only objects that it touches. @default any of the namespace */
  readonly resourceNames?: readonly string[];
  /** Where the objects are. Plain: it decides which Roles there are. @default the namespace of the run */
  readonly namespace?: string;
}

/** The annotation that holds a list of {@link ApiUse} as JSON. argo-lint reads it under the same name. */
export const USES_ANNOTATION = "gourmetgram.dev/uses";

/** The annotation's text: keys in order, so that equal uses give equal pods. */
export function usesText(uses: readonly ApiUse[]): string {
  return JSON.stringify(
    uses.map((use) => Object.fromEntries(Object.entries(use).sort(([a], [b]) => (a < b ? -1 : 1)))),
  );
}
