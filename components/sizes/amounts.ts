/** Totals of resources, by the names that a ResourceQuota uses. */
import type { Resources } from "./lab-size";
import { bytesOf, bytesQuantity, coresOf, cpuQuantity, thousandths } from "../kubernetes";

const NAMES = [
  "requests.cpu",
  "limits.cpu",
  "requests.memory",
  "limits.memory",
  "pods",
  "persistentvolumeclaims",
  "requests.storage",
  "limits.ephemeral-storage",
] as const;

/**
 * What a container may write on its node's disk, its log included. Nothing is set aside for it: a node whose kubelet
 * does not measure its disk, as in a rootless cluster, has none to give.
 */
export const CONTAINER_DISK = "2Gi";

/** Cores, bytes and numbers of objects, by the names under which a ResourceQuota bounds them. */
export type Amounts = Readonly<Record<(typeof NAMES)[number], number>>;

/** All zero. */
export const NOTHING: Amounts = amounts(() => 0);

/** The sum of amounts, name by name. */
export function sum(all: readonly Amounts[]): Amounts {
  return amounts((name) => thousandths(all.reduce((total, each) => total + each[name], 0)));
}

/** The maximum of amounts, name by name: what is needed for things that run one after the other. */
export function most(all: readonly Amounts[]): Amounts {
  return amounts((name) => Math.max(0, ...all.map((each) => each[name])));
}

/** A multiple of amounts. */
export function times(count: number, each: Amounts): Amounts {
  return amounts((name) => thousandths(count * each[name]));
}

/** A claim of a volume. */
export function claimAmounts(storage: string): Amounts {
  return { ...NOTHING, persistentvolumeclaims: 1, "requests.storage": bytesOf(storage) };
}

/**
 * A pod as Kubernetes counts it: its init containers come one after the other before the others begin, so the greater
 * of the two counts.
 */
export function podAmounts(
  containers: readonly Resources[],
  initContainers: readonly Resources[] = [],
): Amounts {
  return { ...most([sum(containers.map(ofContainer)), ...initContainers.map(ofContainer)]), pods: 1 };
}

/** The amounts as quantities for Kubernetes. */
export function quantities(all: Amounts): Record<keyof Amounts, string> {
  return Object.fromEntries(
    NAMES.map((name) => [
      name,
      name.endsWith(".cpu")
        ? cpuQuantity(all[name])
        : /storage$|\.memory$/.test(name)
          ? bytesQuantity(all[name])
          : String(all[name]),
    ]),
  ) as Record<keyof Amounts, string>;
}

function ofContainer({ requests, limits }: Resources): Amounts {
  return {
    ...NOTHING,
    "requests.cpu": coresOf(requests.cpu),
    "limits.cpu": coresOf(limits.cpu),
    "requests.memory": bytesOf(requests.memory),
    "limits.memory": bytesOf(limits.memory),
    "limits.ephemeral-storage": bytesOf(CONTAINER_DISK),
  };
}

function amounts(of: (name: keyof Amounts) => number): Amounts {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Amounts;
}
