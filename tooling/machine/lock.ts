import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";
import { cache, home } from "./paths";
import { interruption } from "../support/interruption";

interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

const folder = join(cache, "lab.lock");
const holderFile = join(cache, "lab.lock.json");

/** Milliseconds between two signs of life of the holder. */
const UPDATE = 1000;
/** Milliseconds without a sign of life after which a lock is nobody's: a machine may be very busy. */
const STALE = 60_000;
/** The same where the holder's process has ended. */
const STALE_OF_DEAD = 2000;

let held = 0;

/**
 * Does something that writes what the lab keeps on this machine, while no other command does. Waits for one that does,
 * and says so. Inside of the work it may be called again.
 */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  if (held > 0) return work();
  const release = await acquire();
  held += 1;
  try {
    const holder: Holder = { pid: process.pid, command: commandName(), since: new Date().toISOString() };
    writeFileSync(holderFile, JSON.stringify(holder));
    return await work();
  } finally {
    held -= 1;
    await release();
  }
}

/** The same for work that may be a dry run, or only look: that writes nothing, and waits for nobody. */
export async function withLockUnless<T>(looksOnly: boolean | undefined, work: () => Promise<T>): Promise<T> {
  return looksOnly === true ? work() : withLock(work);
}

async function acquire(): Promise<() => Promise<void>> {
  mkdirSync(cache, { recursive: true });
  for (let told = false; ; told = true) {
    const holder = currentHolder();
    const stale = holder !== undefined && !isAlive(holder.pid) ? STALE_OF_DEAD : STALE;
    try {
      return await lock(home, { lockfilePath: folder, realpath: false, stale, update: UPDATE });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (!told) console.error(waitingText(holder));
    await delay(500, undefined, { signal: interruption });
  }
}

function waitingText(holder: Holder | undefined): string {
  const who =
    holder === undefined
      ? "another command"
      : `${holder.command} (process ${holder.pid}, since ${new Date(holder.since).toLocaleString()})`;
  return `Waiting for ${who}, which works on ${home}; Ctrl+C ends the waiting`;
}

function currentHolder(): Holder | undefined {
  try {
    return JSON.parse(readFileSync(holderFile, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The command that this process runs, without its options: they may be secret. */
const commandName = (): string => {
  const words = process.argv.slice(2);
  const end = words.findIndex((word) => !/^[a-z]+(:[a-z]+)?$/.test(word));
  return ["gourmetgram", ...words.slice(0, end === -1 ? 2 : Math.min(end, 2))].join(" ");
};
