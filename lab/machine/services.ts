import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkout, live, logs } from "../paths";

/** A program that runs for as long as the lab does. */
export interface Service {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** True once the service answers. */
  readonly isReady: () => Promise<boolean>;
  /** How long it may take to answer, in seconds. */
  readonly readyWithin: number;
}

const script = join(checkout, "lab", "machine", "supervise.sh");
const pidFile = (name: string): string => join(live, "services", `${name}.pid`);
export const serviceLog = (name: string): string => join(logs, `service-${name}.log`);

/** Process id of a service's supervisor; undefined if it is not running. A pid that now belongs to another program does not count. */
export function supervisorPid(name: string): number | undefined {
  const file = pidFile(name);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8"));
  const commandLine = `/proc/${pid}/cmdline`;
  if (!Number.isInteger(pid) || !existsSync(commandLine)) return undefined;
  return readFileSync(commandLine, "utf8").includes(file) ? pid : undefined;
}

/** Starts a service unless it runs, and waits until it answers. */
export async function startService(service: Service): Promise<void> {
  if (supervisorPid(service.name) === undefined) {
    mkdirSync(join(live, "services"), { recursive: true });
    mkdirSync(logs, { recursive: true });
    const log = openSync(serviceLog(service.name), "a");
    const child = spawn(script, [pidFile(service.name), serviceLog(service.name), ...service.command], {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...service.env },
    });
    child.unref();
    closeSync(log);
  }
  const deadline = Date.now() + service.readyWithin * 1000;
  while (!(await service.isReady())) {
    if (Date.now() > deadline) {
      const tail = readFileSync(serviceLog(service.name), "utf8").trimEnd().split("\n").slice(-12);
      throw new Error(
        `${service.name} did not answer within ${service.readyWithin} s\n` +
          tail.map((line) => `    ${line}`).join("\n") +
          `\n    whole log: ${serviceLog(service.name)}`,
      );
    }
    await delay(500);
  }
}

/** Ends a service and its supervisor; waits until they are gone. */
export async function stopService(name: string): Promise<void> {
  const pid = supervisorPid(name);
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    const deadline = Date.now() + 30_000;
    while (existsSync(`/proc/${pid}`)) {
      if (Date.now() > deadline)
        throw new Error(`${name} (process ${pid}) did not end within 30 s of SIGTERM`);
      await delay(100);
    }
  }
  rmSync(pidFile(name), { force: true });
}
