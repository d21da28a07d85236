import { Command, InvalidArgumentError } from "commander";
import { classCommands, type ClassOptions, CLASS_EXIT } from "./commands";
import { DEFAULT_PARALLEL } from "./run-class";

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number from 1 is wanted");
  return value;
}

const program = new Command("class")
  .description("Stands up, shows, resets and takes away the labs of a class on one cluster.")
  .showHelpAfterError("(run with --help for the commands and their options)")
  .addHelpText(
    "after",
    `
The class is the stack that GOURMETGRAM_STACK names (default embedded): its settings are those of all students.

Exit code: 0 all went well, 1 something did not, 2 nothing was started (wrong option or roster, no cluster).`,
  );

/** A command with the options that all have. */
function declare(name: keyof typeof classCommands, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption("--roster <file>", "the students: CSV, or YAML by its ending")
    .option("--only <id...>", "these students alone")
    .option("--parallel <number>", "stacks that are worked on at the same time", positive, DEFAULT_PARALLEL)
    .option("--json", "print one JSON document at the end, and nothing else")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CLASS_EXIT.notStarted))
    .action((options: ClassOptions) => run(name, options));
}

declare("up", "bring up the base, then the students side by side; goes on where an earlier run ended")
  .option("--dry-run", "say what would be done, and change nothing")
  .option("--force", "bring up a class that does not fit into the cluster");
declare("preview", "show what up would change, and whether the class fits into the cluster");
declare("status", "show each student's stack, pods and last training run");
declare("reset", "take away one student's lab with its data, and bring it up anew; needs --only")
  .option("--dry-run", "say what would be done, and change nothing")
  .option("--yes", "do not ask");
declare("down", "take away the students, then the base, and prove that nothing is left")
  .option("--dry-run", "say what would be done, and change nothing")
  .option("--yes", "do not ask");
declare("outputs", "write a page for each student, and the kubeconfigs")
  .option("--dry-run", "say what would be written, and write nothing")
  .option("--out <folder>", "where the pages go", "class-pages");
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : CLASS_EXIT.notStarted));

async function run(name: keyof typeof classCommands, options: ClassOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  try {
    process.exitCode = await classCommands[name](options, stop.signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.exitCode = CLASS_EXIT.notStarted;
    if (options.json === true) console.log(JSON.stringify({ error: message }, null, 2));
    else console.error(`error: ${message}`);
  }
}

program.parseAsync().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = CLASS_EXIT.notStarted;
});
