import type { Command } from "commander";
import type { ClassOptions, classCommands as commands } from "../class/commands";
import { DEFAULT_PARALLEL } from "../class/runner/parallel";
import { path, positiveInteger } from "./arguments";
import { type Help, withHelp, withJson } from "./declare";

/** The commands for a class: `class up` and its sisters. */
export function classCommands(program: Command): void {
  const group = program
    .command("class")
    .description(
      "stand up, show, reset and take away the labs of a class on one cluster, and end access to them",
    )
    .showHelpAfterError("  remedy: npm run class -- --help lists the commands")
    .addHelpText(
      "after",
      "\nThe class is the stack that GOURMETGRAM_STACK names (default embedded): its settings are those of all students.",
    );

  /** A command with the options that all have. */
  function declare(name: keyof typeof commands, description: string, help: Help): Command {
    const command = group
      .command(name)
      .description(description)
      .requiredOption("--roster <file>", "the students: CSV, or YAML by its ending", path)
      .option("--only <id...>", "these students alone")
      .option(
        "--parallel <number>",
        "stacks that are worked on at the same time",
        positiveInteger,
        DEFAULT_PARALLEL,
      )
      .action(async (options: ClassOptions) =>
        (await import("../class/commands.js")).classCommand(name, options),
      );
    return withHelp(withJson(command), {
      exit: { 1: "something was not done", 2: "nothing was started: wrong option or roster, no cluster" },
      ...help,
    });
  }

  declare("up", "bring up the base, then the students side by side; continues where an earlier run ended", {
    examples: ["class -- up --roster class.csv", "class -- up --roster class.csv --only alice bob"],
  })
    .option("--dry-run", "say what would be done, and change nothing")
    .option("--force", "bring up a class that does not fit into the cluster");
  declare("preview", "show what up would change, and whether the class fits into the cluster", {
    examples: ["class -- preview --roster class.csv"],
  });
  declare("status", "show each student's stack, pods and last training run", {
    examples: ["class -- status --roster class.csv", "-s class -- status --roster class.csv --json"],
    exit: { 0: "all students are up", 1: "some are not" },
  });
  declare("reset", "take away one student's lab with its data, and bring it up again; needs --only", {
    examples: ["class -- reset --roster class.csv --only alice"],
  })
    .option("--dry-run", "say what would be done, and change nothing")
    .option("--yes", "do not ask");
  declare("revoke", "have one student's kubeconfig refused, and keep the data; needs --only", {
    examples: ["class -- revoke --roster class.csv --only alice"],
  }).option("--dry-run", "say what would be done, and change nothing");
  declare("down", "take away the students, then the base, and prove that nothing is left", {
    examples: ["class -- down --roster class.csv", "class -- down --roster class.csv --only alice --yes"],
  })
    .option("--dry-run", "say what would be done, and change nothing")
    .option("--yes", "do not ask");
  declare("outputs", "write a page for each student, and the kubeconfigs", {
    examples: ["class -- outputs --roster class.csv --out pages"],
  })
    .option("--dry-run", "say what would be written, and write nothing")
    .option("--out <folder>", "where the pages go", path, "class-pages");
}
