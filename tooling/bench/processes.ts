import { readdirSync, readFileSync } from "node:fs";

/** One process and its share of memory: what it has alone, and its part of what it shares. */
export interface Process {
  /** Paths of the control groups that it is in. */
  readonly controlGroups: string;
  /** Proportional set size, in MiB. */
  readonly mebibytes: number;
}

/** The processes of this machine that this user may look into. One of the kernel's own is none. */
export function processes(): Process[] {
  return pids().flatMap(
    (pid) =>
      unlessGone(() => ({
        controlGroups: readFileSync(`/proc/${pid}/cgroup`, "utf8"),
        mebibytes: mebibytesOf(pid),
      })) ?? [],
  );
}

/** The processes below another one, also those that lead a group of their own. */
export function pidsBelow(ancestor: number): number[] {
  const parents = new Map(pids().map((pid) => [pid, unlessGone(() => parentOf(pid)) ?? 0]));
  const isBelow = (pid: number): boolean => {
    for (let each = parents.get(pid); each !== undefined && each > 1; each = parents.get(each)) {
      if (each === ancestor) return true;
    }
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

/** The program that a process runs, as it was called; undefined if it has ended. */
export const programOf = (pid: number): string | undefined =>
  unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]);

/** What all processes below another one take together, in MiB. */
export function memoryBelow(ancestor: number): number {
  return pidsBelow(ancestor).reduce((total, pid) => total + (unlessGone(() => mebibytesOf(pid)) ?? 0), 0);
}

const pids = (): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function parentOf(pid: number): number {
  // The name before it is in brackets, and may have any characters in it.
  const [, parent] = /\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return Number(parent ?? 0);
}

function mebibytesOf(pid: number): number {
  const share = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(share ?? 0) / 1024;
}

/** Undefined where the process has ended meanwhile, or may not be looked into. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
