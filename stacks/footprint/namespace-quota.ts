/** What a student's namespace may take, so that nobody takes the others' share of the cluster. */
import * as k8s from "@pulumi/kubernetes";
import type { Input, ResourceOptions } from "@pulumi/pulumi";
import {
  type Amounts,
  claimAmounts,
  CONTAINER_DISK,
  most,
  podAmounts,
  quantities,
  sum,
  times,
  type LabSize,
  type SizeName,
  SIZES,
  servicePods,
} from "../../components/sizes";
import { MAIN_CONTAINER_RESOURCES } from "../../components/argo";
import { containersOfSize, peakOfSize } from "./footprint-of-run";

export interface QuotaArgs {
  readonly namespace: Input<string>;
  readonly size: SizeName;
  /** Sizes of the services' volumes, as Kubernetes quantities. Plain: they are added up. */
  readonly volumes: readonly string[];
}

/**
 * Workflows that are stored at the same time. Those that have ended stay for a day, a training run as two of them: this
 * is a training run every quarter of an hour, day and night. It bounds what a mistake in a loop can leave in etcd.
 */
const STORED_WORKFLOWS = 200;

/** What steps have reported and the controller has not yet read; it removes them when a run has ended. */
const STORED_RESULTS = 200;

/** What the pods of the platform namespace's services have while they all run. */
export function servicesOf(size: LabSize): Amounts {
  const { mlflow, postgres, gitServer } = servicePods(size);
  return sum([mlflow, postgres, gitServer]);
}

/**
 * The most that the namespace has at the same time: each service twice, because one that stops still counts while its
 * successor starts; their volumes; and as many training runs as have room at once. Pods that have ended do not count.
 * A run above it does not fail: its next pod waits until there is room.
 */
export function roomOf({ size, volumes }: Pick<QuotaArgs, "size" | "volumes">): Amounts {
  return sum([
    times(2, servicesOf(SIZES[size])),
    ...volumes.map(claimAmounts),
    times(SIZES[size].runsAtOnce, peakOfSize(size)),
  ]);
}

/**
 * Bounds what a student's namespace takes, as children of a component.
 *
 * @param name The component's name; it begins the logical names.
 */
export function quota(name: string, args: QuotaArgs, options: ResourceOptions): void {
  const { namespace } = args;
  new k8s.core.v1.ResourceQuota(
    `${name}-quota`,
    {
      metadata: { name: "platform", namespace },
      spec: {
        hard: {
          ...quantities(roomOf(args)),
          "count/workflows.argoproj.io": String(STORED_WORKFLOWS),
          "count/workflowtaskresults.argoproj.io": String(STORED_RESULTS),
          // A port of the nodes is a way around the network policies, and a load balancer costs money.
          "services.nodeports": "0",
          "services.loadbalancers": "0",
        },
      },
    },
    options,
  );
  new k8s.core.v1.LimitRange(
    `${name}-limits`,
    {
      metadata: { name: "platform", namespace },
      spec: {
        limits: [
          {
            type: "Container",
            // The quota refuses pods that name none. They get what a step gets whose template is silent.
            default: { ...MAIN_CONTAINER_RESOURCES.limits, "ephemeral-storage": CONTAINER_DISK },
            defaultRequest: { ...MAIN_CONTAINER_RESOURCES.requests, "ephemeral-storage": "0" },
            max: { ...largestContainer(args.size), "ephemeral-storage": CONTAINER_DISK },
          },
        ],
      },
    },
    options,
  );
}

/**
 * Refuses pods that name a priority class, as a child of a component: those of a student have none, and one of Kubernetes'
 * own evicts what the whole class needs.
 *
 * On a cluster with a default class every pod has one, so there this cannot be: admission then refuses high ones alone.
 */
export function noPriority(name: string, namespace: Input<string>, options: ResourceOptions): void {
  new k8s.core.v1.ResourceQuota(
    `${name}-no-priority`,
    {
      metadata: { name: "no-priority", namespace },
      spec: {
        hard: { pods: "0" },
        scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "Exists" }] },
      },
    },
    options,
  );
}

/** The most that any container of the lab may take. */
function largestContainer(size: SizeName): { cpu: string; memory: string } {
  const { mlflow, postgres, gitServer } = SIZES[size];
  const services = [...Object.values(mlflow), postgres, ...Object.values(gitServer)];
  const all = quantities(most([...services, ...containersOfSize(size)].map((each) => podAmounts([each]))));
  return { cpu: all["limits.cpu"], memory: all["limits.memory"] };
}
