import { spawnSync } from "node:child_process";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { RULES } from "..";
import { FORMATS } from "./formats";
import { exitCode, lint, type Report } from "./lint";

interface Options {
  readonly format: keyof typeof FORMATS;
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly house?: boolean;
  readonly closed?: boolean;
  readonly next: number;
  readonly exceptImage: readonly string[];
  /** False with `--no-argo`. */
  readonly argo: string | boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("expected a whole number from 0 to 999.");
  return Number(text);
}

/** The program argo that is to be asked: the one that was named, or the given one, or one on the PATH. */
function argoProgram(option: string | boolean, given: string | undefined): string | undefined {
  if (option === false) return undefined;
  if (typeof option === "string") return option;
  const known = process.env["GOURMETGRAM_ARGO"] ?? given;
  if (known !== undefined && known !== "") return known;
  return spawnSync("argo", ["version", "--short"], { stdio: "ignore" }).error === undefined
    ? "argo"
    : undefined;
}

async function run(files: string[], options: Options, { argo: given, take }: LintSettings): Promise<void> {
  const { strict = false, house = false, closed = false, next, exceptImage } = options;
  const argo = argoProgram(options.argo, given);
  const report = await lint(files, {
    house,
    closed,
    next,
    imagesWithoutDigest: exceptImage,
    now: new Date(),
    // npm runs scripts in the project's folder, and tells where it was called.
    folder: process.env["INIT_CWD"] ?? process.cwd(),
    ...(argo === undefined ? {} : { argo }),
  });
  if (take === undefined) console.log(FORMATS[options.json === true ? "json" : options.format](report));
  else take(report);
  process.exitCode = exitCode(report, { strict });
}

const rules = Object.entries(RULES).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}`);

/** How {@link lintCommand} runs. */
export interface LintSettings {
  /** The arguments. @default those of this process */
  readonly args?: readonly string[];
  /** A program argo to ask if the caller names none. @default one on the PATH */
  readonly argo?: string;
  /** Takes the report. @default it is printed */
  readonly take?: (report: Report) => void;
}

/** The command `lint:workflows`. It sets the exit code. */
export async function lintCommand(settings: LintSettings = {}): Promise<void> {
  const { args = process.argv.slice(2) } = settings;
  await command
    .action((files: string[], options: Options) => run(files, options, settings))
    .parseAsync(args, { from: "user" })
    .catch((error: unknown) => {
      if (error instanceof CommanderError) {
        // It has said what is wrong; code 0 is help that was asked for. 1 is kept for mistakes in workflows.
        process.exitCode = error.exitCode === 0 ? 0 : 2;
        return;
      }
      console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 2;
    });
}

const command = new Command("lint:workflows")
  .description(
    "Finds mistakes in Argo workflows before they run: no cluster is needed. The files are judged together, so what one refers to in another is looked up there. What is outside of what it knows is reported as not judged, never as wrong.",
  )
  .argument(
    "<file...>",
    "YAML or JSON files, or folders of them, with Workflow, WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow, by themselves or in a List, a Sensor or a WorkflowEventBinding; - reads standard input",
  )
  .addOption(
    new Option("--format <format>", "how the report is written")
      .choices(Object.keys(FORMATS))
      .default("text"),
  )
  .option("--json", "the same as --format json")
  .option("--strict", "fail on warnings too")
  .option("--house", "ask every container for requests, limits and an image with its digest too")
  .option("--closed", "the files are all that there is: what they do not hold does not exist")
  .option("--except-image <image...>", "images that need no digest, with --house", [])
  .option("--next <number>", "how many of each schedule's next times are told", wholeNumber, 3)
  .option(
    "--argo <program>",
    "the program argo, whose own findings come into the report (default: GOURMETGRAM_ARGO, or argo on the PATH)",
    true,
  )
  .option("--no-argo", "leave Argo's own validator out")
  .addHelpText(
    "after",
    `
Example:
  npm run lint:workflows -- --next 5 train-model.yaml train-model-cron.yaml

Rules:
${rules.join("\n")}

Exit code: 0 nothing is wrong, 1 something is, 2 a file cannot be read or is no YAML.`,
  )
  .exitOverride();
