import { isCold } from "../embedded-lab";
import { checkMachine } from "../machine/preflight";
import { isDebian12, missingPackages } from "../machine/packages";
import { officialDownloadsInReach } from "../pulumi/engine";

/** Checks that this machine can hold the lab. Changes nothing; exit code 1 if something is in the way. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const checks = await checkMachine({ cold: isCold() });
  const missing = await missingPackages();
  const facts = {
    debian: isDebian12() ? "12" : "another release than 12: not tried",
    engine: (await officialDownloadsInReach()) ? "official, downloaded" : "built here from Go modules",
    programs: isCold() ? "have to be built, once" : "in the cache",
    packages: missing.length === 0 ? "all installed" : `up will install ${missing.join(", ")}`,
  };
  const fit = checks.every((check) => check.obstacle === undefined);
  if (!fit) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify({ fit, checks, facts }, null, 2));
    return;
  }
  for (const { name, found, obstacle } of checks) {
    console.log(`${obstacle === undefined ? "ok  " : "FAIL"}  ${name}: ${found}`);
    if (obstacle !== undefined) console.log(`      ${obstacle.problem}\n      remedy: ${obstacle.remedy}`);
  }
  for (const [name, value] of Object.entries(facts)) console.log(`      ${name}: ${value}`);
}
