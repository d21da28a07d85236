/** Which configuration keys mean something to which stacks. */
import type { KeyName, Values } from "./keys";

/** What a stack can be. */
export type Scope = Values["scope"];

/** Keys that only the stack of a student can use. */
const OF_STUDENTS: readonly KeyName[] = [
  "student",
  "baseStack",
  "studentTokenDays",
  "apiServerAddresses",
  "apiServerPorts",
  "scheduleSpreadMinutes",
];

/** Keys about what is there once for all: a student's stack finds it through the base's outputs. */
const OF_THE_BASE: readonly KeyName[] = [
  "registryNodePort",
  "registryStorage",
  "registryPullFrom",
  "registryPushAddress",
  "registryPullAddress",
  "pythonBaseImage",
  "torchIndexUrl",
  "platform",
  "registryImage",
  "argoNamespace",
  "argoServerNodePort",
  "argoControllerImage",
  "argoExecutorImage",
  "argoServerImage",
  "namespaceParallelism",
  "buildNamespace",
  "buildkitImage",
  "buildkitMode",
  "buildCacheStorage",
  "gitServerBaseImage",
];

/** Keys that only a base has a use for: one lab has its registry to itself. */
const OF_THE_BASE_ALONE: readonly KeyName[] = ["registryGuardImage"];

/** Names that follow from the student's, and ways in from outside that a class does not have: each has a kubeconfig. */
const OF_ONE_LAB: readonly KeyName[] = [
  "namespace",
  "stagingNamespace",
  "stagingNodePort",
  "mlflowServiceType",
  "mlflowNodePort",
  "mlflowExternalIps",
  "appRepositoryNodePort",
];

/** Keys about a lab's own part, which a base does not have. */
const OF_LABS: readonly KeyName[] = [
  "size",
  "keepData",
  "postgresImage",
  "postgresStorage",
  "mlflowAllowedHosts",
  "mlflowStorage",
  "mlflowDatabaseUri",
  "mlflowArtifactRoot",
  "mlflowS3Endpoint",
  "mlflowS3AccessKeyId",
  "mlflowS3SecretAccessKey",
  "schedule",
  "scheduleTimezone",
  "scheduleSuspended",
  "appRepositoryUrl",
  "appRepositoryBranch",
  "appRepositoryUsername",
  "appRepositoryPassword",
  "appRepositoryStorage",
  "trainingDeadlineSeconds",
];

/** The scopes in which a key means something. */
export function scopesOf(key: KeyName): readonly Scope[] {
  if (OF_STUDENTS.includes(key)) return ["student"];
  if (OF_THE_BASE.includes(key)) return ["lab", "base"];
  if (OF_THE_BASE_ALONE.includes(key)) return ["base"];
  if (OF_ONE_LAB.includes(key)) return ["lab"];
  if (OF_LABS.includes(key)) return ["lab", "student"];
  return ["lab", "base", "student"];
}
