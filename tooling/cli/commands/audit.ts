import { remainsOnMachine } from "../../cluster/machine-remains";
import { tellData } from "../../support/output";

/**
 * Lists what the embedded lab has on this machine outside its cache. Exit code 1 if anything is left that `down`
 * removes, or if it could not be looked for.
 */
export async function auditMachine(): Promise<void> {
  const { left, unknown, kept } = await remainsOnMachine();
  if (left.length > 0 || unknown.length > 0) process.exitCode = 1;
  tellData({ left, unknown, kept });
  if (left.length > 0) console.log(left.join("\n"));
  if (unknown.length > 0) console.log(`Could not look for:\n${unknown.join("\n").replace(/^/gm, "  ")}`);
  if (left.length + unknown.length === 0)
    console.log("Nothing of the lab is on this machine outside its cache.");
  if (kept.length > 0) {
    console.log("Kept, so that the next up is short; docker image rm NAME removes an image:");
    console.log(kept.map((each) => `  ${each}`).join("\n"));
  }
}
