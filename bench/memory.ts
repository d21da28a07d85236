import { existsSync, readdirSync, readFileSync } from "node:fs";
import { askKubectl } from "../lab/cluster/kubernetes";
import { cache, live, sockets } from "../lab/paths";

/** One process and its share of memory: what it has alone, and its part of what it shares. */
interface Process {
  readonly pid: number;
  readonly commandLine: string;
  /** Paths of the control groups that it is in. */
  readonly controlGroups: string;
  /** Proportional set size, in MiB. */
  readonly mebibytes: number;
}

function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const shares = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${name}/smaps_rollup`, "utf8"))?.[1];
        return {
          pid: Number(name),
          commandLine: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " "),
          controlGroups: readFileSync(`/proc/${name}/cgroup`, "utf8"),
          mebibytes: Number(shares ?? 0) / 1024,
        };
      } catch {
        // It ended while we looked, or is a thread of the kernel.
        return [];
      }
    });
}

const sum = (some: readonly Process[]): number =>
  Math.round(some.reduce((total, { mebibytes }) => total + mebibytes, 0));

/** What the running lab takes, in MiB: everything, and MLflow's pod alone. Undefined where no embedded lab runs. */
export async function labMemory(): Promise<{ lab: number; mlflow: number } | undefined> {
  if (!existsSync(live)) return undefined;
  const all = processes();
  const folders = [cache, live, sockets];
  const lab = all.filter(
    ({ commandLine, controlGroups }) =>
      controlGroups.includes("kubepods") || folders.some((folder) => commandLine.includes(`${folder}/`)),
  );
  const printed = await askKubectl([
    "get",
    "pods",
    "-A",
    "-l",
    "app.kubernetes.io/name=mlflow",
    "-o",
    "json",
  ]);
  const { items } = JSON.parse(printed ?? '{"items":[]}') as { items: { metadata: { uid: string } }[] };
  const mlflow = all.filter(({ controlGroups }) =>
    items.some(({ metadata }) => controlGroups.includes(metadata.uid)),
  );
  return { lab: sum(lab), mlflow: sum(mlflow) };
}
