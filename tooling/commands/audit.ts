import { audit } from "../cluster/machine-remains";

/** Lists what the embedded lab has on this machine outside its cache. Exit code 1 if anything is left that `down` removes. */
export async function auditMachine(options: { json?: boolean }): Promise<void> {
  const { left, kept } = await audit();
  if (left.length > 0) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ left, kept }, null, 2));
    return;
  }
  console.log(
    left.length === 0 ? "Nothing of the lab is on this machine outside its cache." : left.join("\n"),
  );
  if (kept.length > 0) {
    console.log("Kept, so that the next up is short; docker image rm NAME removes an image:");
    console.log(kept.map((each) => `  ${each}`).join("\n"));
  }
}
