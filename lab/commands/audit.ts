import { audit } from "../audit";

/** Lists what the embedded lab has on this machine outside its cache. Exit code 1 if there is anything. */
export async function auditMachine(options: { json?: boolean }): Promise<void> {
  const left = await audit();
  if (left.length > 0) process.exitCode = 1;
  if (options.json === true) console.log(JSON.stringify({ left }, null, 2));
  else
    console.log(
      left.length === 0 ? "Nothing of the lab is on this machine outside its cache." : left.join("\n"),
    );
}
