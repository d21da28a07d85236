import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findDocker } from "./docker";
import { cache, checkout } from "../paths";
import { run, type Report } from "../run";
import { installPackages } from "../packages/debian";
import { until } from "../../support/until";

/** Name of the runtime that starts containers on a machine whose root lacks CAP_SYS_RESOURCE. */
export const restrictedRuntime = "gourmetgram-restricted";

const wrapperName = "runc-without-sys-resource";
/** A copy of the program, because the daemon outlives the checkout that has started it. */
const wrapper = join(cache, wrapperName);
const pidFile = join(cache, "dockerd.pid");
const logFile = join(cache, "dockerd.log");
const capSysResource = 24n;

/** Whether Docker can be installed and started here: on Debian, as root. */
export const canStartDocker = (): boolean =>
  process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");

/** Whether a process may lower an OOM score and raise limits, by its `/proc/…/status`; root in some sandboxes may not. */
export function hasSysResource(status: string): boolean {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${bounding}`) >> capSysResource) & 1n) === 1n;
}

/** Process id of the daemon that the lab has started; undefined if none runs. A pid that now belongs to another program does not count. */
export const labDockerPid = (): number | undefined => runningPid(pidFile, pidFile);

/** The process id in a file, if that process runs and its command line has a text in it. */
function runningPid(file: string, text: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8"));
  const commandLine = `/proc/${pid}/cmdline`;
  if (!Number.isInteger(pid) || !existsSync(commandLine)) return undefined;
  return readFileSync(commandLine, "utf8").includes(text) ? pid : undefined;
}

/**
 * Removes a file with the id of a process that has ended without removing it, as on a machine that was switched off. By
 * then another program may have the id, and the daemon would take that for itself and not start.
 *
 * @param text What the command line of the process has in it.
 */
export function removeStalePid(file: string, text: string): void {
  if (runningPid(file, text) === undefined) rmSync(file, { force: true });
}

export const dockerIsReady = async (): Promise<boolean> => !("absent" in (await findDocker()));

/** The arguments of `dockerd`. Images are kept in the cache, so that their layers outlive the lab. */
export function daemonArguments(unrestricted: boolean): string[] {
  const runtime = [
    "--add-runtime",
    `${restrictedRuntime}=${wrapper}`,
    "--default-runtime",
    restrictedRuntime,
  ];
  return [...["--data-root", join(cache, "docker"), "--pidfile", pidFile], ...(unrestricted ? [] : runtime)];
}

/** Seconds that a daemon may take to answer: it first starts, or removes, the containers of the last one. */
const PATIENCE = 300;

/** Installs Docker unless it is there, and starts it: by systemd, or by itself where something else is the first process. */
export async function startDocker(report: Report): Promise<void> {
  await installPackages("docker", report);
  let isAlive = (): boolean => labDockerPid() !== undefined;
  if (existsSync("/run/systemd/system")) {
    await run("systemctl", ["start", "docker"], { log: "docker" });
    isAlive = () => true;
  } else if (!isAlive()) {
    const child = startDaemon();
    isAlive = () => child.exitCode === null && child.signalCode === null;
  }
  const isReady = async (): Promise<boolean> => {
    // Looked at first: it may end between the two.
    const alive = isAlive();
    if (await dockerIsReady()) return true;
    if (!alive) throw new Error(`dockerd has ended\n${endOfLog()}`);
    report("waiting for dockerd");
    return false;
  };
  await until(isReady, {
    seconds: PATIENCE,
    pauseMilliseconds: 500,
    late: () => `dockerd does not answer after ${PATIENCE} s\n${endOfLog()}`,
  });
}

function startDaemon(): ChildProcess {
  mkdirSync(cache, { recursive: true });
  copyFileSync(join(checkout, "tooling", "machine", "docker", wrapperName), wrapper);
  removeStalePid(pidFile, pidFile);
  removeStalePid("/var/run/docker/containerd/containerd.pid", "containerd");
  const log = openSync(logFile, "w");
  const unrestricted = hasSysResource(readFileSync("/proc/self/status", "utf8"));
  const child = spawn("/usr/sbin/dockerd", daemonArguments(unrestricted), {
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.unref();
  closeSync(log);
  return child;
}

function endOfLog(): string {
  if (!existsSync(logFile)) return "    journalctl -u docker tells why";
  const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-12);
  return [...tail, `whole log: ${logFile}`].map((line) => `    ${line}`).join("\n");
}
