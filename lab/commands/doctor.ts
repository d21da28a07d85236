import { isCold } from "../embedded-lab";
import { labParts, partsOf, partsText } from "../lab-parts";
import { checkMachine } from "../machine/preflight";
import { isDebian12 } from "../machine/packages";
import { wishFor } from "../reach";

/** Checks that this machine can hold the lab. Changes nothing; exit code 1 if something is in the way. */
export async function doctor(options: {
  json?: boolean;
  online?: boolean;
  offline?: boolean;
}): Promise<void> {
  wishFor(options);
  const decisions = await labParts();
  const parts = partsOf(decisions);
  const checks = await checkMachine(parts);
  const facts = {
    ...Object.fromEntries(decisions.map(({ thing, text }) => [thing, text])),
    programs: isCold(parts) ? "have to be built, once" : "nothing has to be built",
    ...(isDebian12() ? { Debian: "12" } : {}),
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
  console.log(partsText(decisions, "      "));
  console.log(`      programs: ${facts.programs}`);
}
