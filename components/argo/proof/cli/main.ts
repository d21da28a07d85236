import { Command, CommanderError, InvalidArgumentError } from "commander";
import { RULES } from "..";
import { exitCode, lint, toText } from "./lint";

interface Options {
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly house?: boolean;
  readonly closed?: boolean;
  readonly next: number;
  readonly exceptImage: readonly string[];
}

function wholeNumber(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("a whole number from 0 to 999 is wanted.");
  return Number(text);
}

async function main(files: string[], options: Options): Promise<void> {
  const { house = false, closed = false, next, exceptImage } = options;
  const report = await lint(files, {
    house,
    closed,
    next,
    imagesWithoutDigest: exceptImage,
    now: new Date(),
    // npm runs scripts in the project's folder, and tells where it was called.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
  });
  console.log(options.json === true ? JSON.stringify(report, null, 2) : toText(report));
  process.exitCode = exitCode(report);
}

const rules = Object.entries(RULES).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}`);

new Command("lint:workflows")
  .description(
    "Finds mistakes in Argo workflows before they run: no cluster is needed. The files are judged together, so what one refers to in another is looked up there. What is outside of what it knows is reported as not judged, never as wrong.",
  )
  .argument(
    "<file...>",
    "YAML files with Workflow, WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow; - reads standard input",
  )
  .option("--json", "for scripts")
  .option("--strict", "ask every container for requests, limits and an image with its digest too")
  .option("--closed", "the files are all that there is: what they do not hold does not exist")
  .option("--except-image <image...>", "images that need no digest, with --strict", [])
  .option("--next <number>", "how many of each schedule's next times are told", wholeNumber, 3)
  .addHelpText(
    "after",
    `
Example:
  npm run lint:workflows -- --next 5 train-model.yaml train-model-cron.yaml

Rules:
${rules.join("\n")}

Exit code: 0 nothing is wrong, 1 something is, 2 a file cannot be read or is no YAML.`,
  )
  .exitOverride()
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // It has said what is wrong; code 0 is help that was asked for. 1 is kept for mistakes in workflows.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  });
