/** How processes are run for the Python of the project. */
import { spawn, spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** How many processes run at the same time: much of it is waiting for servers to start. */
const AT_ONCE = 2;
/** What pytest ends with when it was asked for tests of which its folders have none. */
const NO_TESTS = 5;

export const say = (text) => console.log(`python: ${text}`);

/** An error whose message is all that a reader needs. */
export class Problem extends Error {}

/** Whether a command succeeds. */
export const succeeds = (command, args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** Runs a command to its end and returns its exit code, and what it printed unless it prints as it runs. */
export function execute(command, args, { env = {}, live = false, cwd = checkout, input = "" } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: live ? "inherit" : "pipe",
    });
    const printed = [];
    child.stdin?.end(input);
    child.stdout?.on("data", (chunk) => printed.push(chunk));
    child.stderr?.on("data", (chunk) => printed.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 1, signal, output: Buffer.concat(printed).toString() }),
    );
  });
}

/** Runs a command that must succeed, and returns what it printed. */
export async function run(command, args, options) {
  const { code, signal, output } = await execute(command, args, options);
  if (code !== 0) throw new Problem(`${command} ${args.join(" ")} ended with ${signal ?? code}:\n${output}`);
  return output;
}

/** Runs processes, shows what they print one after another, and returns the worst exit code. */
export async function runAll(processes) {
  const running = [];
  for (const [index, [command, args, options]] of processes.entries()) {
    // Each waits for the one that began AT_ONCE places before it.
    const before = running[index - AT_ONCE];
    const start = () => execute(command, args, { ...options, live: index === 0 });
    running.push(before === undefined ? start() : before.then(start));
  }
  const codes = [];
  for (const each of running) {
    const { code, output } = await each;
    process.stdout.write(output);
    codes.push(code);
  }
  const verdicts = codes.filter((code) => code !== NO_TESTS);
  return verdicts.length === 0 ? NO_TESTS : Math.max(...verdicts);
}
