import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { state } from "../../machine/paths";
import { interruption } from "../../support/interruption";
import { foundIn } from "../answer";
import { clusterConfig } from "../cluster-access";
import { askPulumi, stateOfStack } from "../stack/stack";
import { stackName } from "../stack/stack-settings";
import { locksFolder } from "../stack/state";
import { recover } from "./recover";

/** Has the lab's stack ready for the next change, whatever has killed the last one. */
export async function recoverLab(): Promise<void> {
  await recover({
    name: stackName,
    locks: locksFolder(),
    read: stateOfStack,
    write: async (text) => {
      // Its secrets are encrypted, as they are in the backend.
      const file = join(state, `${stackName.replaceAll("/", "-")}.recovered.json`);
      try {
        await writeFile(file, text, { mode: 0o600 });
        const args = ["stack", "import", "--stack", stackName, "--file", file];
        foundIn(await askPulumi(args), `the state of ${stackName}`);
      } finally {
        await rm(file, { force: true });
      }
    },
    cluster: clusterConfig,
    report: (text) => console.error(text),
    signal: interruption,
  });
}
