import { OWNER_LABEL } from "../../../components/kubernetes";

/** What a stack's state tells that its program cannot know: what was built, and what was given a name. */
export interface StateValues {
  /** Digests, by the logical name of the image's resource. */
  readonly digests: ReadonlyMap<string, string>;
  /** Names of Kubernetes objects, by {@link keyOf} of the resource. */
  readonly names: ReadonlyMap<string, string>;
  /** Value of the label by which the stack owns its objects. */
  readonly owner: string | undefined;
}

/** A resource of `pulumi stack export`, as far as it is read here. */
interface Exported {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: {
    readonly repoDigest?: unknown;
    readonly metadata?: { readonly name?: unknown; readonly labels?: Readonly<Record<string, unknown>> };
  };
}

/** What names a resource: the project's names begin with that of their component, so none appears twice. */
export const keyOf = ({ type, name }: { type: string; name: string }): string => `${type}::${name}`;

/** Nothing is known of a stack that is not there. */
export const NO_STATE: StateValues = { digests: new Map(), names: new Map(), owner: undefined };

/** @param text what `pulumi stack export` prints, with secrets encrypted */
export function stateValues(text: string): StateValues {
  const { deployment } = JSON.parse(text) as { deployment: { resources?: Exported[] } | null };
  const digests = new Map<string, string>();
  const names = new Map<string, string>();
  let owner: string | undefined;
  for (const { urn, type, outputs } of deployment?.resources ?? []) {
    const name = urn.split("::").slice(3).join("::");
    const { repoDigest } = outputs ?? {};
    const digest =
      typeof repoDigest === "string" ? /@(sha256:[0-9a-f]{64})$/.exec(repoDigest)?.[1] : undefined;
    if (digest !== undefined) digests.set(name, digest);
    const { name: given, labels } = outputs?.metadata ?? {};
    if (type.startsWith("kubernetes:") && typeof given === "string") names.set(keyOf({ type, name }), given);
    const label = labels?.[OWNER_LABEL];
    if (typeof label === "string") owner = label;
  }
  return { digests, names, owner };
}
