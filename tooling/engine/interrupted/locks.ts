/** The locks of a backend in a folder, and the processes that hold them. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { isAlive } from "../../machine/lock";

/** What a lock's file says. Source: `backend/diy/lock.go` of Pulumi 3.259. */
interface LockContent {
  readonly pid: number;
  readonly hostname: string;
  /** RFC 3339. */
  readonly timestamp: string;
}

/** A process on this machine that holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly since: Date;
}

const ENGINE = "pulumi";
/** Milliseconds by which a process may seem to have started after it made its lock: `ps` knows whole seconds. */
const TOLERANCE = 2000;
/** Milliseconds after which a file that is no lock yet will not become one. */
const UNFINISHED = 10_000;

/**
 * Removes the locks of a stack that no process holds: those that a process of this machine has made which has ended, also
 * where another process has its number now. Locks of other machines stay.
 *
 * @param locks The folder with the locks of the project's stacks.
 * @returns who still holds a lock on this machine
 */
export async function freeDeadLocks(locks: string, stack: string): Promise<Holder[]> {
  const folder = join(locks, stack);
  if (!existsSync(folder)) return [];
  const holders: Holder[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".json"))) {
    const file = join(folder, name);
    const lock = lockIn(file);
    if (lock === undefined) continue;
    if (lock === "unreadable") rmSync(file, { force: true });
    else if (lock.hostname === hostname()) {
      const since = new Date(lock.timestamp);
      if (await isHeld(lock.pid, since)) holders.push({ pid: lock.pid, since });
      else rmSync(file, { force: true });
    }
  }
  return holders;
}

/** Undefined where it is gone, or is being written. */
function lockIn(file: string): LockContent | "unreadable" | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as LockContent;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return Date.now() - statSync(file).mtimeMs > UNFINISHED ? "unreadable" : undefined;
  }
}

/**
 * Whether the process that made a lock still runs: one with its number that was there by then, or an engine. The start of a
 * process moves with the clock, and the lock's time does not: after a jump forward, an engine seems younger than its lock.
 */
async function isHeld(pid: number, since: Date): Promise<boolean> {
  if (!isAlive(pid)) return false;
  // On macOS, the text after `=` up to the next option is a heading. In the C locale, names of months can be read.
  const columns = ["lstart=", "stat=", "comm="].flatMap((column) => ["-o", column]);
  const { stdout, exitCode } = await execa("ps", [...columns, "-p", String(pid)], {
    env: { LC_ALL: "C" },
    reject: false,
  });
  if (exitCode !== 0) return isAlive(pid);
  const [, start = "", state = "", program = ""] = /^(.*\d{4})\s+(\S+)\s+(.*)$/.exec(stdout.trim()) ?? [];
  // One that has ended and that nobody has waited for.
  if (state.startsWith("Z")) return false;
  if (basename(program) === ENGINE) return true;
  const started = Date.parse(start);
  return Number.isNaN(started) || started <= since.getTime() + TOLERANCE;
}
