/** What a stack takes of a cluster, and whether that is within its budget. */
import {
  type Amounts,
  claimAmounts,
  NOTHING,
  podAmounts,
  sum,
  SIZES,
  type SizeName,
  servicePods,
} from "../../components/sizes";
import { ARGO_RESOURCES } from "../../components/argo";
import { BACKUP_RESOURCES } from "../../components/backup";
import { peakWithBuilder } from "./footprint-of-run";
import {
  type BaseConfig,
  type LabConfig,
  setCommand,
  type StackConfig,
  type StudentConfig,
} from "../../config";
import { GUARD_RESOURCES, REGISTRY_RESOURCES, SPACE_RESOURCES } from "../../components/registry";
import type { FootprintOutput } from "../outputs/outputs";
import { bytesOf, bytesText, coresOf, coresText, thousandths } from "../../components/kubernetes";

/** Upper bounds, as Kubernetes quantities. */
export type Budget = Partial<Pick<StackConfig, "budgetCpu" | "budgetMemory" | "budgetStorage">>;

/** Of a stack in which nothing is trained. */
const NO_RUNS = { run: NOTHING, runsAtOnce: 0 };

/**
 * What a stack takes, by its configuration alone, before anything is created.
 *
 * The Deployment of staging counts as one pod, although it has none until a pipeline deploys something.
 */
export function footprintOf(config: StackConfig): FootprintOutput {
  const base = config.scope === "student" ? [] : baseAmounts(config);
  const lab = config.scope === "base" ? [] : labAmounts(config);
  return toOutput(sum([...base, ...lab]), config.scope === "base" ? undefined : config.size);
}

/**
 * What a student's stack takes, before there is one. Where MLflow has an external database, or the application an
 * external repository, it takes less.
 *
 * @param volumes Sizes of the services' volumes, as Kubernetes quantities.
 */
export function estimateFootprint(size: SizeName, volumes: readonly string[]): FootprintOutput {
  const pods = Object.values(servicePods(SIZES[size]));
  return toOutput(sum([...pods, ...volumes.map(claimAmounts)]), size);
}

/** What a cluster has once. */
function baseAmounts(config: LabConfig | BaseConfig): Amounts[] {
  const guard = config.scope === "base" ? [GUARD_RESOURCES, SPACE_RESOURCES] : [];
  return [
    ...(config.externalRegistry === undefined
      ? [podAmounts([REGISTRY_RESOURCES, ...guard]), claimAmounts(config.registryStorage)]
      : []),
    // Its pod is there during a backup.
    ...(config.backupSchedule === undefined
      ? []
      : [podAmounts([BACKUP_RESOURCES]), claimAmounts(config.backupStorage)]),
    ...(config.argo === "install" ? Object.values(ARGO_RESOURCES).map((each) => podAmounts([each])) : []),
  ];
}

/** What one student works with. */
function labAmounts(config: LabConfig | StudentConfig): Amounts[] {
  const pods = servicePods(SIZES[config.size]);
  return [
    pods.mlflow,
    pods.staging,
    ...(config.mlflowDatabaseUri === undefined ? [pods.postgres] : []),
    ...(config.appRepositoryUrl === undefined ? [pods.gitServer] : []),
    ...volumesOf(config).map(claimAmounts),
  ];
}

/** Sizes of the volumes that the services of a lab have, as Kubernetes quantities. */
export function volumesOf(config: LabConfig | StudentConfig): string[] {
  return [
    ...(config.mlflowArtifactRoot === undefined ? [config.mlflowStorage] : []),
    ...(config.mlflowDatabaseUri === undefined ? [config.postgresStorage] : []),
    ...(config.appRepositoryUrl === undefined ? [config.appRepositoryStorage] : []),
  ];
}

/** The footprint in one line for people. */
export function describeFootprint(footprint: FootprintOutput): string {
  const { services, limits, volumes, pods, run, runsAtOnce } = footprint;
  const always = `the stack sets aside ${coresText(services.cpu)} and ${bytesText(services.memory)} of memory for ${pods} pods, which may take ${coresText(limits.cpu)} and ${bytesText(limits.memory)}, and ${bytesText(volumes)} of volumes`;
  if (runsAtOnce === 0) return always;
  // The lab's own runs bring no volumes.
  const volumesOfRun = run.volumes === 0 ? "" : ` and ${bytesText(run.volumes)} of volumes`;
  return `${always}; a training run adds up to ${coresText(run.cpu)} and ${bytesText(run.memory)} of memory${volumesOfRun}, with room for ${runsAtOnce} at the same time`;
}

/**
 * Compares a footprint, with as many training runs as fit at the same time, with a budget.
 *
 * @returns a line for each number that is too large, with what fixes it
 */
export function overBudget(footprint: FootprintOutput, budget: Budget): string[] {
  const { services, volumes, run, runsAtOnce } = footprint;
  const checks = [
    {
      key: "budgetCpu",
      read: coresOf,
      show: coresText,
      always: services.cpu,
      each: run.cpu,
    },
    {
      key: "budgetMemory",
      read: bytesOf,
      show: bytesText,
      always: services.memory,
      each: run.memory,
    },
    {
      key: "budgetStorage",
      read: bytesOf,
      show: bytesText,
      always: volumes,
      each: run.volumes,
    },
  ] as const;
  return checks.flatMap(({ key, read, show, always, each }) => {
    const limit = budget[key];
    const total = thousandths(always + runsAtOnce * each);
    if (limit === undefined || total <= read(limit)) return [];
    const runs = `${show(runsAtOnce * each)} for training runs, ${runsAtOnce} at the same time`;
    const smaller =
      key === "budgetStorage"
        ? "smaller volumes (gourmetgram:mlflowStorage and the like)"
        : "a smaller gourmetgram:size";
    return [
      `gourmetgram:${key} is ${limit}, but the stack takes ${show(total)} (${show(always)} always, ${runs}): choose ${smaller}, or raise the budget: ${setCommand(key, "…")}`,
    ];
  });
}

function toOutput(all: Amounts, size: SizeName | undefined): FootprintOutput {
  const { run, runsAtOnce } =
    size === undefined ? NO_RUNS : { run: peakWithBuilder(size), runsAtOnce: SIZES[size].runsAtOnce };
  return {
    services: { cpu: all["requests.cpu"], memory: all["requests.memory"] },
    limits: { cpu: all["limits.cpu"], memory: all["limits.memory"] },
    volumes: all["requests.storage"],
    pods: all.pods,
    run: {
      cpu: run["requests.cpu"],
      memory: run["requests.memory"],
      volumes: run["requests.storage"],
      pods: run.pods,
    },
    runsAtOnce,
  };
}
