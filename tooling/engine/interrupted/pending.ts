/** What an engine that was killed was about to make, and may have made without noting it. */
import { type KubeConfig, KubernetesObjectApi, type KubernetesObject } from "@kubernetes/client-node";
import { DATA_FATES, DATA_LABEL, OWNER_LABEL } from "../../../components/kubernetes";

/** An operation in a stack's state that has begun and not ended. */
interface Operation {
  readonly type: string;
  readonly resource: {
    readonly type: string;
    readonly inputs?: {
      readonly apiVersion?: unknown;
      readonly kind?: unknown;
      readonly metadata?: {
        readonly name?: unknown;
        readonly namespace?: unknown;
        readonly labels?: Readonly<Record<string, unknown>>;
        readonly annotations?: Readonly<Record<string, unknown>>;
      };
    };
  };
}

/** The operations. @param text What `pulumi stack export` prints. */
export function pendingIn(text: string): Operation[] {
  const { deployment } = JSON.parse(text) as { deployment: { pending_operations?: Operation[] } | null };
  return deployment?.pending_operations ?? [];
}

/** An object that was about to be created. */
interface Unnoted {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly owner: unknown;
  /** Whether the next run makes it under another name. */
  readonly generated: boolean;
}

/**
 * Prepares the cluster for the objects to be created once more. One whose name was generated is deleted: the next run
 * makes another, and nothing uses this one, because what uses it is made after it is noted. Of one with a fixed name the
 * note is taken who has applied it: the next run does so under another name, and would be refused changes as a second
 * owner.
 *
 * Objects of other owners, and data that is to outlive the stack, are left alone.
 */
export async function settleUnnoted(operations: readonly Operation[], config: KubeConfig): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(config);
  for (const { owner, generated, ...object } of operations.flatMap(unnotedIn)) {
    const found = await orUndefined(api.read(object));
    const labels = found?.metadata?.labels ?? {};
    if (found === undefined || owner === undefined || labels[OWNER_LABEL] !== owner) continue;
    if (!generated) {
      await api.patch(withoutAppliers(found), undefined, undefined, undefined, undefined, MERGE);
    } else if (labels[DATA_LABEL] !== DATA_FATES.stays && !isBound(found)) {
      await orUndefined(api.delete(object));
    }
  }
}

function unnotedIn({ type, resource }: Operation): Unnoted[] {
  const { apiVersion, kind, metadata: { name, namespace, labels, annotations } = {} } = resource.inputs ?? {};
  if (type !== "creating" || !resource.type.startsWith("kubernetes:") || resource.type.endsWith("Patch"))
    return [];
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return [];
  return [
    {
      apiVersion,
      kind,
      metadata: { name, ...(typeof namespace === "string" ? { namespace } : {}) },
      owner: labels?.[OWNER_LABEL],
      generated: annotations?.["pulumi.com/autonamed"] === "true",
    },
  ];
}

const MERGE = "application/merge-patch+json";

/** A patch that takes the note away which instance of Pulumi's provider has applied an object. */
function withoutAppliers({ apiVersion = "", kind = "", metadata }: KubernetesObject): KubernetesObject {
  const { name = "", namespace, managedFields = [] } = metadata ?? {};
  const others = managedFields.filter(
    ({ operation, manager }) => operation !== "Apply" || manager?.startsWith("pulumi-kubernetes") !== true,
  );
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      // An empty list would be taken for no change; a list with an empty entry empties it.
      managedFields: others.length === 0 ? [{}] : others,
    },
  };
}

/** Whether a claim has its volume. */
const isBound = (found: KubernetesObject): boolean =>
  (found as { spec?: { volumeName?: string } }).spec?.volumeName !== undefined;

/** Undefined where the object, or its kind, is not there. */
async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const unknown = typeof message === "string" && message.startsWith("Unrecognized API version and kind");
    if (code === 404 || unknown) return undefined;
    throw error;
  }
}
