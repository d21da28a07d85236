import { askKubectl } from "../../cluster/kind";
import { clusterRecord } from "../../machine/cluster-record";
import { type Process, processes } from "../processes";

const sum = (some: readonly Process[]): number =>
  Math.round(some.reduce((total, { mebibytes }) => total + mebibytes, 0));

/** What the running lab takes, in MiB: everything in the nodes' containers, and the pods of each namespace. Undefined where no embedded lab runs. */
export async function labMemory(): Promise<{ lab: number; pods: (of: PodSelection) => number } | undefined> {
  const containers = clusterRecord()?.containers ?? [];
  if (containers.length === 0) return undefined;
  const all = processes();
  const lab = all.filter(({ controlGroups }) => containers.some((id) => controlGroups.includes(id)));
  const printed = await askKubectl(["get", "pods", "-A", "-o", "json"]);
  const { items } = JSON.parse(printed ?? '{"items":[]}') as { items: Pod[] };
  const pods = (of: PodSelection): number => {
    const wanted = items.filter(of);
    return sum(
      all.filter(({ controlGroups }) => wanted.some(({ metadata }) => namesPod(controlGroups, metadata.uid))),
    );
  };
  return { lab: sum(lab), pods };
}

interface Pod {
  readonly metadata: {
    readonly uid: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** In names of systemd's units the dashes of a pod's id are underscores. */
const namesPod = (controlGroups: string, uid: string): boolean =>
  [uid, uid.replaceAll("-", "_")].some((id) => controlGroups.includes(id));

type PodSelection = (pod: Pod) => boolean;

/** Selects MLflow's pods. */
export const isMlflow: PodSelection = ({ metadata }) =>
  metadata.labels?.["app.kubernetes.io/name"] === "mlflow";
