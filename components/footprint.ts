import * as pulumi from "@pulumi/pulumi";
import { type Amounts, claimAmounts, NOTHING, podAmounts, sum } from "./amounts";
import { peakOfSize } from "./footprint-of-run";
import { SIZES, type SizeName } from "./lab-size";
import type { FootprintOutput } from "./outputs";
import { servicesOf } from "./namespace-quota";
import { bytesOf, bytesText, coresOf, coresText, thousandths } from "./quantity";
import { registeredAmounts } from "./registered-amounts";

/** Upper bounds, as Kubernetes quantities. */
export interface Budget {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly storage?: string | undefined;
}

/** Of a stack in which nothing is trained. */
const NO_RUNS = { run: NOTHING, runsAtOnce: 0 };

/**
 * Adds up what the stack's own resources take, as they are registered. Only quantities and numbers are looked at, in
 * the arguments as the program gives them: what the cluster makes known later, such as an image, is not waited for.
 *
 * A Deployment without pods counts as one pod: it waits for a pipeline to deploy something, as staging does.
 */
export class Footprint {
  private readonly found: Amounts[] = [];

  /**
   * @param size The size of the lab whose runs count too. @default none: the stack has no training runs
   */
  constructor(private readonly size?: SizeName) {}

  /** Looks at every resource that is registered from here on. */
  attach(): this {
    pulumi.runtime.registerStackTransformation(this.transformation);
    return this;
  }

  /** The same for the resources below the one that has this as an option. */
  readonly transformation: pulumi.ResourceTransformation = ({ type, name, props }) => {
    try {
      this.found.push(registeredAmounts(type, props));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new pulumi.RunError(`the footprint of ${type} ${name} cannot be told: ${reason}`);
    }
    return undefined;
  };

  /** What has been registered so far takes. */
  total(): FootprintOutput {
    return toOutput(sum(this.found), this.size);
  }
}

/**
 * What a student's stack takes, before there is one. Where MLflow has an external database, or the application an
 * external repository, it takes less.
 *
 * @param volumes Sizes of the services' volumes, as Kubernetes quantities.
 */
export function estimateFootprint(size: SizeName, volumes: readonly string[]): FootprintOutput {
  const staging = podAmounts([SIZES[size].staging]);
  return toOutput(sum([servicesOf(SIZES[size]), staging, ...volumes.map(claimAmounts)]), size);
}

/** The footprint in one line for people. */
export function describeFootprint(footprint: FootprintOutput): string {
  const { services, limits, volumes, pods, run, runsAtOnce } = footprint;
  const always = `the stack sets aside ${coresText(services.cpu)} and ${bytesText(services.memory)} of memory for ${pods} pods, which may take ${coresText(limits.cpu)} and ${bytesText(limits.memory)}, and ${bytesText(volumes)} of volumes`;
  return runsAtOnce === 0
    ? always
    : `${always}; a training run adds up to ${coresText(run.cpu)}, ${bytesText(run.memory)} of memory and ${bytesText(run.volumes)} of volumes, with room for ${runsAtOnce} at the same time`;
}

/**
 * What of a footprint, with as many training runs as have room at the same time, is above a budget.
 *
 * @returns a line for each number above, with what mends it
 */
export function overBudget(footprint: FootprintOutput, budget: Budget): string[] {
  const { services, volumes, run, runsAtOnce } = footprint;
  const checks = [
    {
      key: "budgetCpu",
      limit: budget.cpu,
      read: coresOf,
      show: coresText,
      always: services.cpu,
      each: run.cpu,
    },
    {
      key: "budgetMemory",
      limit: budget.memory,
      read: bytesOf,
      show: bytesText,
      always: services.memory,
      each: run.memory,
    },
    {
      key: "budgetStorage",
      limit: budget.storage,
      read: bytesOf,
      show: bytesText,
      always: volumes,
      each: run.volumes,
    },
  ];
  return checks.flatMap(({ key, limit, read, show, always, each }) => {
    const total = thousandths(always + runsAtOnce * each);
    if (limit === undefined || total <= read(limit)) return [];
    const runs = `${show(runsAtOnce * each)} for training runs, ${runsAtOnce} at the same time`;
    const smaller =
      key === "budgetStorage"
        ? "smaller volumes (gourmetgram:mlflowStorage and the like)"
        : "a smaller gourmetgram:size";
    return [
      `gourmetgram:${key} is ${limit}, but the stack takes ${show(total)} (${show(always)} always, ${runs}): choose ${smaller}, or raise the budget: pulumi config set gourmetgram:${key} …`,
    ];
  });
}

function toOutput(all: Amounts, size: SizeName | undefined): FootprintOutput {
  const { run, runsAtOnce } =
    size === undefined ? NO_RUNS : { run: peakOfSize(size), runsAtOnce: SIZES[size].runsAtOnce };
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
