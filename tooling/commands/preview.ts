import { join } from "node:path";
import { execa } from "execa";
import { engineSteps } from "../cluster/embedded-lab";
import { checkout } from "../machine/paths";
import { engineIsReady, launcher } from "../engine/engine";
import { previewPlace } from "../engine/preview-place";
import { decideEngine } from "../machine/reach";
import { stackName } from "../engine/stack-settings";
import { runSteps } from "../machine/steps";

/**
 * Shows what `up` would change, and holds it to the policies. Needs no cluster, and a Docker daemon only where the official plugin asks for one; not even
 * a stack: without one everything is shown as to be created.
 *
 * Arguments are handed on to `pulumi preview`. The exit code is Pulumi's: 0 if nothing stands in the way of an `up`.
 */
export async function preview(args: string[]): Promise<void> {
  if (!(await engineIsReady())) await runSteps(engineSteps((await decideEngine()).choice));
  const place = await previewPlace();
  try {
    if (!place.hasStack) {
      console.error(`There is no stack ${stackName} to compare with: this is the plan for a new one.`);
    }
    const { exitCode } = await execa(
      launcher,
      ["preview", "--stack", stackName, "--policy-pack", join(checkout, "policy"), ...display(args), ...args],
      { cwd: checkout, env: place.environment, stdio: "inherit", reject: false },
    );
    process.exitCode = exitCode ?? 1;
  } finally {
    await place.leave();
  }
}

/** Without a terminal Pulumi's redrawn table would be pages of repetition. */
const display = (args: readonly string[]): string[] =>
  process.stdout.isTTY || args.includes("--json") ? [] : ["--suppress-progress"];
