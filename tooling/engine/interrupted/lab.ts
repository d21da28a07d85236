import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { state } from "../../machine/paths";
import { interruption } from "../../support/interruption";
import { foundIn } from "../answer";
import { clusterConfig } from "../cluster-access";
import { askPulumi } from "../stack/stack";
import { stackName } from "../stack/stack-settings";
import { locksFolder } from "../stack/state";
import { recover } from "./recover";

const what = `the state of ${stackName}`;

/** Has the lab's stack ready for the next change, whatever has killed the last one. */
export async function recoverLab(): Promise<void> {
  await recover({
    name: stackName,
    locks: locksFolder(),
    read: async () => foundIn(await askPulumi(["stack", "export", "--stack", stackName]), what),
    write: async (text) => {
      // Its secrets are encrypted, as they are in the backend.
      const file = join(state, `${stackName.replaceAll("/", "-")}.recovered.json`);
      try {
        await writeFile(file, text, { mode: 0o600 });
        foundIn(await askPulumi(["stack", "import", "--stack", stackName, "--file", file]), what);
      } finally {
        await rm(file, { force: true });
      }
    },
    cluster: clusterConfig,
    report: (text) => console.error(text),
    signal: interruption,
  });
}
