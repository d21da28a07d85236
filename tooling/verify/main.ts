import { Command, CommanderError, InvalidArgumentError } from "commander";
import { stackName } from "../engine/stack-settings";
import type { Check } from "./check";
import { checks } from "./checks";
import { type Lab, openLab } from "./lab";
import { closingText, exitCodeOf, jsonText, unreachableText } from "./report";
import { runSuite } from "./suite";

interface Options {
  json?: boolean;
  only?: string[];
  list?: boolean;
  keep?: boolean;
  screenshots?: string;
  timeout: number;
}

/** Exit code for a lab that cannot be reached and for a command line that cannot be understood. */
const NOT_VERIFIED = 2;
const INTERRUPTED = 130;
/** Seconds that a check which was ended has to start again what it has stopped. */
const GRACE = 120;
/** Seconds that the removal of the runs may take. */
const REMOVAL_TIMEOUT = 120;

const program = new Command("verify")
  .description(
    "Proves that a live lab works, from the outputs of its stack alone: trains, deploys, fails and restarts things.",
  )
  .option("--json", "print one JSON document for scripts, and nothing else")
  .option("--only <names...>", "carry out these checks only")
  .option("--list", "name the checks and end")
  .option("--keep", "leave the workflows that were started, to look at them")
  .option("--screenshots <folder>", "write pictures of the pages there, as PNG")
  .option("--timeout <seconds>", "longest time that one check may take", positiveInteger, 900)
  .addHelpText(
    "after",
    `
The stack is ${stackName}; the environment variable GOURMETGRAM_STACK names another.
What is trained stays in MLflow as versions of the model, and what served in staging last stays there; everything
else that was created is removed. Nobody else should train meanwhile: MLflow, its database and the lab's own registry
are stopped or restarted. Where nothing answers at the lab's addresses, it is reached through the cluster's API.
A check looks at the pages in Chromium: the one that GOURMETGRAM_CHROMIUM names, or one on the PATH; as root on
Debian, the package chromium is installed where there is none.

Exit code: 0 all checks passed, 1 a check failed, 2 the lab cannot be reached.`,
  )
  .showHelpAfterError("(run with --help for the options)")
  .exitOverride();

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number of seconds is wanted");
  return value;
}

/** The checks that were asked for, in their own order. */
function chosen(names: readonly string[] | undefined): readonly Check[] {
  if (names === undefined) return checks;
  const known = checks.map((check) => check.name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no check ${unknown.join(", ")}; the checks are ${known.join(", ")}`);
  }
  return checks.filter((check) => names.includes(check.name));
}

/** @returns the exit code */
async function verify(selection: readonly Check[], lab: Lab, options: Options): Promise<number> {
  const silent = options.json === true;
  const interruption = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => interruption.abort(new Error("interrupted")));
  }
  if (!silent) console.log(`Verifying stack ${stackName}, namespace ${lab.outputs.namespace}`);
  const { signal } = interruption;
  const { timeout, screenshots } = options;
  const results = await runSuite(selection, lab, { timeout, grace: GRACE, screenshots, silent, signal });
  if (options.keep !== true) {
    await lab.runs.remove(AbortSignal.timeout(REMOVAL_TIMEOUT * 1000)).catch((error: unknown) => {
      console.error(`the workflows of this verification could not all be removed: ${textOf(error)}`);
    });
  }
  const subject = { stack: stackName, namespace: lab.outputs.namespace };
  console.log(silent ? jsonText(subject, results) : `\n${closingText(results)}`);
  return signal.aborted ? INTERRUPTED : exitCodeOf(results);
}

/** @returns the exit code */
async function main(): Promise<number> {
  const options = program.parse().opts<Options>();
  const selection = chosen(options.only);
  if (options.list === true) {
    for (const { name, title } of selection) console.log(`${name.padEnd(25)} ${title}`);
    return 0;
  }
  let lab: Lab;
  try {
    lab = await openLab((line) => console.error(line));
  } catch (error) {
    if (options.json === true) console.log(unreachableText(textOf(error)));
    throw error;
  }
  return verify(selection, lab, options).finally(() => lab.close());
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().then(
  // Not by the exit code alone: a request that hangs would keep the process alive.
  (code) => process.exit(code),
  (error: unknown) => {
    const told = error instanceof CommanderError;
    if (!told) console.error(`error: ${textOf(error)}`);
    process.exit(told && error.exitCode === 0 ? 0 : NOT_VERIFIED);
  },
);
