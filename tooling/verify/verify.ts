import { stackName } from "../engine/stack/stack-settings";
import { beforeStart, messageOf, NotStarted } from "../support/errors";
import { finishing, interruption } from "../support/interruption";
import { isJson, tellData } from "../support/output";
import type { Check } from "./suite/check";
import { checks } from "./checks";
import { type Lab, openLab } from "./suite/lab";
import { closingText, countsOf, exitCodeOf } from "./suite/report";
import { runSuite } from "./suite/suite";

export interface VerifyOptions {
  only?: string[];
  list?: boolean;
  keep?: boolean;
  screenshots?: string;
  timeout: number;
}

/** Seconds that a check which was ended has to start again what it has stopped. */
const GRACE = 120;
/** Seconds that the removal of the runs may take. */
const REMOVAL_TIMEOUT = 120;

/** The checks that were asked for, in their own order. */
function chosen(names: readonly string[] | undefined): readonly Check[] {
  if (names === undefined) return checks;
  const known = checks.map((check) => check.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new NotStarted(
      `there is no check ${unknown.join(", ")}; the checks are ${known.join(", ")}\n` +
        "  remedy: npm run verify -- --list explains them",
    );
  }
  return checks.filter((check) => names.includes(check.name));
}

/** Proves that a live lab works. Exit code 1 if a check failed. */
export async function verify(options: VerifyOptions): Promise<void> {
  const selection = chosen(options.only);
  if (options.list === true) {
    tellData({ checks: selection.map(({ name, title }) => ({ name, title })) });
    for (const { name, title } of selection) console.log(`${name.padEnd(25)} ${title}`);
    return;
  }
  tellData({ lab: null, ...countsOf([]), checks: [] });
  const lab = await beforeStart(() => openLab((line) => console.error(line)));
  // A check that is ended puts back what it has stopped.
  await finishing(() => carryOut(selection, lab, options).finally(() => lab.close()));
}

async function carryOut(selection: readonly Check[], lab: Lab, options: VerifyOptions): Promise<void> {
  const silent = isJson();
  console.log(`Verifying stack ${stackName}, namespace ${lab.outputs.namespace}`);
  const { timeout, screenshots } = options;
  const run = { timeout, grace: GRACE, screenshots, silent, signal: interruption };
  const results = await runSuite(selection, lab, run);
  if (options.keep !== true) {
    await lab.runs.remove(AbortSignal.timeout(REMOVAL_TIMEOUT * 1000)).catch((error: unknown) => {
      console.error(`the workflows of this verification could not all be removed: ${messageOf(error)}`);
    });
  }
  tellData({
    lab: { stack: stackName, namespace: lab.outputs.namespace },
    ...countsOf(results),
    checks: results,
  });
  console.log(`\n${closingText(results)}`);
  process.exitCode = exitCodeOf(results);
}
