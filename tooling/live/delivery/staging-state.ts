import type { V1ObjectMeta, V1Pod } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../stacks";
import type { ServedVersion } from "../services/staging-service";
import { type Asked, ask, type DeliverySources, type Unanswered, unansweredOf } from "./sources";

/** A model version in an image, as the pipeline notes it on the pods of staging. What it does not say is null. */
export interface Release {
  readonly modelVersion: string | null;
  /** With its digest, as the nodes pull it. */
  readonly image: string | null;
  /** Of the application. */
  readonly commit: string | null;
  /** Name of the run that deployed it. */
  readonly workflow: string | null;
}

/** What answers the users of staging. */
export interface Serving extends Release {
  /** When its pod became ready, in RFC 3339; null where the cluster does not tell. */
  readonly since: string | null;
}

/** Staging as it is now. */
export interface StagingState {
  /** Null where nothing serves, or nobody could look. */
  readonly serves: Serving | null;
  /** What its Deployment is set to run, where that is not what serves; null where it is, or nobody could look. */
  readonly rollsOut: Release | null;
  readonly unanswered: readonly Unanswered[];
}

/** The two parts of staging that the cluster knows. */
interface Seen {
  /** Those that are ready, the newest first. */
  readonly ready: readonly Serving[];
  /** Undefined where it is set to run nothing. */
  readonly target: Release | undefined;
}

/** Asks staging's address what serves there, and the cluster since when, and what is to serve. */
export async function stagingState(
  sources: DeliverySources,
  { staging }: Pick<LabOutputs, "staging">,
): Promise<StagingState> {
  const [answer, seen] = await Promise.all([
    ask("staging", async () => (await sources.staging()).version()),
    ask("staging", () => lookAt(sources, staging)),
  ]);
  const serves = servingOf(answer, seen);
  const isIdle = seen.answered && serves === null;
  return {
    serves,
    rollsOut: seen.answered ? rolloutOf(seen.value, serves) : null,
    // Where the cluster says that nothing is ready, it is no wonder that nothing answers.
    unanswered: unansweredOf(isIdle ? [seen] : [answer, seen]),
  };
}

async function lookAt(
  sources: DeliverySources,
  { namespace, deployment: name }: LabOutputs["staging"],
): Promise<Seen> {
  const { core, apps } = await sources.cluster();
  const [{ items }, deployment] = await Promise.all([
    core.listNamespacedPod({ namespace }),
    apps.readNamespacedDeployment({ namespace, name }),
  ]);
  const ready = items
    .flatMap(readyRelease)
    .sort((a, b) => Date.parse(b.since ?? "") - Date.parse(a.since ?? ""));
  const { replicas, template } = deployment.spec ?? {};
  return { ready, target: replicas === 0 ? undefined : releaseOf(template?.metadata) };
}

function readyRelease({ metadata, status }: V1Pod): Serving[] {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  const release = releaseOf(metadata);
  // Others may have pods there too, which serve nobody.
  const isOther = release.modelVersion === null || metadata?.deletionTimestamp !== undefined;
  if (condition?.status !== "True" || isOther) return [];
  const { lastTransitionTime: since } = condition;
  return [{ ...release, since: since === undefined ? null : new Date(since).toISOString() }];
}

/** What a pod, or the template of pods, is noted to serve. */
export function releaseOf({ labels = {}, annotations = {} }: V1ObjectMeta = {}): Release {
  return {
    modelVersion: labels["gourmetgram.dev/model-version"] ?? null,
    image: annotations["gourmetgram.dev/image"] ?? null,
    commit: annotations["gourmetgram.dev/application-commit"] ?? null,
    workflow: annotations["gourmetgram.dev/workflow"] ?? null,
  };
}

const isSame = (one: Release, other: Release): boolean =>
  one.image === other.image && one.modelVersion === other.modelVersion;

/** What answers, with what its pod adds; what is ready, where nobody answers. */
function servingOf(answer: Asked<ServedVersion>, seen: Asked<Seen>): Serving | null {
  const ready = seen.answered ? seen.value.ready : [];
  if (!answer.answered) return ready[0] ?? null;
  const { model_version: modelVersion, image, application_commit: commit } = answer.value;
  const told = { modelVersion, image, commit, workflow: null, since: null };
  const pod = ready.find((each) => isSame(each, told));
  return { ...told, workflow: pod?.workflow ?? null, since: pod?.since ?? null };
}

function rolloutOf({ target }: Seen, serves: Serving | null): Release | null {
  if (target === undefined || target.modelVersion === null) return null;
  if (serves === null || !isSame(target, serves)) return target;
  return serves.workflow === null || serves.workflow === target.workflow ? null : target;
}
