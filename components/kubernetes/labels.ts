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

/**
 * The label of what holds data that cannot be made again: claims, the Secrets that open them, and the namespace around
 * both. Its value says whether that is to outlive the stack.
 */
export const DATA_LABEL = "gourmetgram.dev/data";

/** The values of {@link DATA_LABEL}. */
export const DATA_FATES = { goes: "goes-with-stack", stays: "outlives-stack" } as const;

/** {@link DATA_LABEL} of data that goes with the stack. */
export const DATA_LABELS = { [DATA_LABEL]: DATA_FATES.goes } as const;

/** The label with the name of the stack that an object belongs to. */
export const INSTANCE_LABEL = "app.kubernetes.io/instance";

/** The label with the tool that manages an object. */
export const MANAGER_LABEL = "app.kubernetes.io/managed-by";

/** Value of {@link MANAGER_LABEL}. */
export const MANAGER = "pulumi";

/** The label that distinguishes stacks of the same name in different backends. */
export const OWNER_LABEL = "gourmetgram.dev/owner";
