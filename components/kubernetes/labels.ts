/** Labels that the lab's own objects carry, in the vocabulary that Kubernetes recommends. */

/**
 * Labels of an object.
 *
 * @param name What runs there, for example `mlflow`. Selectors use the same labels, so a change replaces workloads.
 */
export function labelsOf(name: string): Record<string, string> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "gourmetgram" };
}

/** The label of the pods that may use the builder. */
export const BUILD_ROLE = { "gourmetgram.dev/role": "build-image" } as const;
