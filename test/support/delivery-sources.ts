/** Argo, MLflow and staging as they answer about a delivery, each with what a test wants it to know. */
import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import type { DeliverySources } from "../../tooling/live/delivery/sources";
import { MlflowError, type VersionRecord } from "../../tooling/live/services/mlflow";
import type { ServedVersion } from "../../tooling/live/services/staging-service";
import type { Workflow } from "../../tooling/live/workflows/workflow";

/** A release of staging. */
export interface TestRelease {
  readonly version: string;
  readonly image: string;
  readonly workflow: string;
  readonly since?: string;
}

/** What is known where; left out is what is not there, an error is what does not answer. */
export interface Known {
  readonly runs?: readonly Workflow[] | Error;
  readonly versions?: readonly VersionRecord[] | Error;
  readonly aliases?: Readonly<Record<string, string>>;
  /** Tags by the id of the run. */
  readonly tags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What answers at staging's address. */
  readonly answers?: ServedVersion | Error;
  /** What has ready pods. */
  readonly ready?: readonly TestRelease[];
  /** What the Deployment is set to run. @default what is ready first */
  readonly target?: TestRelease;
  readonly cluster?: Error;
}

const APPLICATION = "2".repeat(40);

const marks = ({ version, image, workflow }: TestRelease) => ({
  labels: { "gourmetgram.dev/model-version": version },
  annotations: {
    "gourmetgram.dev/image": image,
    "gourmetgram.dev/application-commit": APPLICATION,
    "gourmetgram.dev/workflow": workflow,
  },
});

/** A pod as the cluster's API tells of it. */
const podOf = (release: TestRelease, ready: "True" | "False" = "True"): V1Pod => ({
  metadata: { name: `gourmetgram-${release.workflow}`, namespace: "staging", ...marks(release) },
  status: {
    phase: "Running",
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: new Date(0) },
      {
        type: "Ready",
        status: ready,
        ...(release.since === undefined ? {} : { lastTransitionTime: new Date(release.since) }),
      },
    ],
  },
});

/** The Deployment as the stack makes it, or as the pipeline has set it. */
const deploymentOf = (target: TestRelease | undefined): V1Deployment => ({
  metadata: { name: "gourmetgram", namespace: "staging" },
  spec: {
    replicas: target === undefined ? 0 : 1,
    selector: {},
    template: target === undefined ? {} : { metadata: marks(target) },
  },
});

/** What `/version` answers for a release. */
export const answerOf = ({ version, image }: TestRelease): ServedVersion => ({
  model_version: version,
  application_commit: APPLICATION,
  image,
});

const orThrow = <T>(value: T | Error): Promise<T> =>
  value instanceof Error ? Promise.reject(value) : Promise.resolve(value);

const missing = (): MlflowError => new MlflowError("GET it", 404, "RESOURCE_DOES_NOT_EXIST", "no such thing");

/** Those who are asked. */
export function sourcesWith(known: Known): DeliverySources {
  const { runs = [], versions = [], aliases = {}, tags = {}, ready = [], target = ready[0] } = known;
  const answers = known.answers ?? (ready[0] === undefined ? new Error("refused") : answerOf(ready[0]));
  // A pod that failed is there too, and serves nobody.
  const pods = [
    ...ready.map((each) => podOf(each)),
    ...(target === undefined ? [] : [podOf(target, "False")]),
  ];
  return {
    argo: () => Promise.resolve({ workflows: async () => [...(await orThrow(runs))] }),
    mlflow: async () => {
      const all = await orThrow(versions);
      return {
        aliases: () => Promise.resolve(new Map(Object.entries(aliases))),
        newestVersion: () => Promise.resolve(all.at(-1)),
        version: (_model, version) =>
          orThrow<VersionRecord>(all.find((each) => each.version === version) ?? missing()),
        runTags: (id) => {
          const found = tags[id];
          return orThrow<ReadonlyMap<string, string>>(
            found === undefined ? missing() : new Map(Object.entries(found)),
          );
        },
      };
    },
    staging: async () => {
      const version = await orThrow(answers);
      return { version: () => Promise.resolve(version) };
    },
    cluster: () =>
      orThrow(
        known.cluster ?? {
          core: { listNamespacedPod: () => Promise.resolve({ items: pods }) },
          apps: { readNamespacedDeployment: () => Promise.resolve(deploymentOf(target)) },
        },
      ),
  };
}
