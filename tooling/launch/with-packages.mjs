// Runs a command with the npm packages installed: node tooling/launch/with-packages.mjs COMMAND [ARGUMENT…]
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { checkout, fail, requirePackages } from "./packages.mjs";

requirePackages();
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { cwd: checkout, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  // A terminal sends its interrupts to the command as well.
  process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal));
}
child.on("error", ({ message }) =>
  fail(`${command} cannot be run: ${message}`, "see that it is on the PATH"),
);
child.on("exit", (status, signal) => process.exit(status ?? 128 + constants.signals[signal]));
