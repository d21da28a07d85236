/** What an engine has deleted without noting it, because it was killed. */
import { type KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import pMap from "p-map";
import { TimeOver, until } from "../../support/until";
import { deploymentIn, LANES, type Resource } from "./deployment";

/** Seconds in which an object has to be gone that is being deleted. A namespace takes its pods' time to stop. */
const PATIENCE = 300;

interface Waiting {
  /** Is told what is waited for. */
  readonly report: (text: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * A stack's state without the objects that an engine was deleting when it was killed, and that are gone: `up` would take
 * them for there, and `destroy` does not mind. What is still being deleted is waited for.
 *
 * @param text What `pulumi stack export` prints.
 * @param cluster Is asked for only where something was being deleted.
 */
export async function withoutDeleted(
  text: string,
  cluster: () => Promise<KubeConfig>,
  waiting: Waiting,
): Promise<string> {
  const { pending_operations: pending = [] } = deploymentIn(text);
  const begun = pending.filter(({ type }) => type === "deleting").map(({ resource }) => resource);
  const objects = begun.filter(({ type }) => type.startsWith("kubernetes:"));
  if (objects.length === 0) return text;
  const api = KubernetesObjectApi.makeApiClient(await cluster());
  const gone = await pMap(objects, (each) => isGone(each, api, waiting), { concurrency: LANES });
  const deleted = new Set(objects.filter((_, index) => gone[index]).map(nameOf));
  const state = JSON.parse(text) as { deployment: { resources?: Resource[] } };
  const resources = state.deployment.resources?.filter((each) => !deleted.has(nameOf(each)));
  return JSON.stringify({ ...state, deployment: { ...state.deployment, resources } });
}

/** A resource that replaces another one has its URN, and another id. */
const nameOf = ({ urn, id }: Resource): string => `${urn} ${id ?? ""}`;

async function isGone(
  { inputs, outputs }: Resource,
  api: KubernetesObjectApi,
  { report, signal }: Waiting,
): Promise<boolean> {
  const object = (outputs ?? inputs ?? {}) as KubernetesObject & { metadata: { name: string } };
  let told = false;
  const look = async (): Promise<{ gone: boolean } | undefined> => {
    const found = await api
      .read(object)
      .catch((error: unknown) => Number((error as { code?: unknown }).code));
    // Any other error does not say that it is gone.
    if (typeof found === "number") return { gone: found === 404 };
    if (found.metadata?.deletionTimestamp === undefined) return { gone: false };
    if (!told)
      report(`waiting for ${found.kind ?? "object"} ${object.metadata.name}, which is being deleted`);
    told = true;
    return undefined;
  };
  try {
    return (await until(look, { seconds: PATIENCE, signal })).gone;
  } catch (error) {
    // What is stuck is told by the command that changes the stack.
    if (error instanceof TimeOver) return false;
    throw error;
  }
}
