import { join } from "node:path";
import { requireEngine } from "../../../cluster/embedded-lab";
import { checkout } from "../../../machine/paths";
import { engineProgram } from "../../../engine/engine";
import { inPreviewPlace } from "../../../engine/preview-place";
import { quietProgress } from "../../../engine/stack/stack";
import { stackName } from "../../../engine/stack/stack-settings";
import { handOver } from "../../../support/hand-over";

/**
 * Shows what `up` would change, and holds it to the policies. Needs no cluster, and a Docker daemon only where the
 * official plugin asks for one; not even a stack: without one everything is shown as to be created.
 *
 * Arguments are handed on to `pulumi preview`. The exit code is Pulumi's: 0 if nothing stands in the way of an `up`.
 */
export async function preview(args: string[]): Promise<void> {
  await requireEngine();
  await inPreviewPlace(async ({ environment, hasStack }) => {
    if (!hasStack) {
      console.error(`There is no stack ${stackName} to compare with: this is the plan for a new one.`);
    }
    const policies = ["--policy-pack", join(checkout, "policy")];
    const display = args.includes("--json") ? [] : quietProgress();
    process.exitCode = await handOver(
      engineProgram,
      ["preview", "--stack", stackName, ...policies, ...display, ...args],
      { cwd: checkout, env: environment, apart: true },
    );
  });
}
