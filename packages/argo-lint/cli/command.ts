import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { RULES } from "..";
import { FORMATS, type JsonReport, jsonReport } from "./formats";
import { exitCode, lintFiles } from "./lint-files";

/** What a program that has this command in itself can set. */
export interface LintCommandOptions {
  /** How the command is called, for its help. @default argo-lint */
  readonly name?: string;
  /** The program argo, unless `--argo` names one. @default one on the PATH */
  readonly argo?: string | undefined;
  /** File with Argo's schema, unless `--schema` names one. @default none */
  readonly schema?: string | undefined;
  /** Folder of relative paths. @default the working directory */
  readonly folder?: string;
  /** The arguments. @default those of this process */
  readonly args?: readonly string[];
  /** Takes the report as it is in JSON. @default it is printed */
  readonly take?: ((report: JsonReport) => void) | undefined;
}

interface Options {
  readonly format: keyof typeof FORMATS;
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly production?: boolean;
  readonly closed?: boolean;
  readonly next: number;
  readonly exceptImage: readonly string[];
  /** False with `--no-argo`. */
  readonly argo: string | boolean;
  readonly schema?: string;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError("expected an integer from 0 to 999.");
  return Number(text);
}

/** The program argo: the one of the command line, or the given one, or one on the PATH. */
function argoProgram(
  option: string | boolean,
  { argo, folder = "." }: LintCommandOptions,
): string | undefined {
  if (option === false) return undefined;
  if (typeof option === "string") return option.includes("/") ? resolve(folder, option) : option;
  if (argo !== undefined) return argo;
  return spawnSync("argo", ["version", "--short"], { stdio: "ignore" }).error === undefined
    ? "argo"
    : undefined;
}

const rules = Object.entries(RULES).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}`);

/** The command `argo-lint`, with the arguments of this process. It sets the exit code. */
export async function lintCommand(given: LintCommandOptions = {}): Promise<void> {
  const { name = "argo-lint", folder = process.cwd(), args = process.argv.slice(2), take } = given;
  const run = async (files: string[], options: Options): Promise<void> => {
    const { strict = false, production = false, closed = false, next, exceptImage } = options;
    const report = await lintFiles(files, {
      production,
      closed,
      next,
      imagesWithoutDigest: exceptImage,
      now: new Date(),
      folder,
      argo: argoProgram(options.argo, given),
      schema: options.schema === undefined ? given.schema : resolve(folder, options.schema),
    });
    if (take === undefined) console.log(FORMATS[options.json === true ? "json" : options.format](report));
    else take(jsonReport(report));
    process.exitCode = exitCode(report, { strict });
  };
  await commandNamed(name)
    .action(run)
    .parseAsync(args, { from: "user" })
    .catch((error: unknown) => {
      if (error instanceof CommanderError) {
        // Its message is printed already. Code 0 is --help; 1 is kept for errors in workflows.
        process.exitCode = error.exitCode === 0 ? 0 : 2;
        return;
      }
      console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 2;
    });
}

function commandNamed(name: string): Command {
  return new Command(name)
    .description(
      "Finds errors in Argo workflows before they run; no cluster is needed. The files are checked together: what one refers to is looked up in the others. What the linter does not know is reported as not checked.",
    )
    .argument(
      "<file...>",
      "YAML or JSON files, or folders of them, with Workflow, WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow, by themselves or in a List, a Sensor or a WorkflowEventBinding; - reads standard input",
    )
    .addOption(new Option("--format <format>", "output format").choices(Object.keys(FORMATS)).default("text"))
    .option("--json", "the same as --format json")
    .option("--strict", "fail on warnings too")
    .option(
      "--production",
      "also require requests, limits and an image digest of every container, and deadlines of exit handlers",
    )
    .option("--closed", "the files are all that exists: a reference to anything else is an error")
    .option("--except-image <image...>", "images that need no digest, with --production", [])
    .option("--next <number>", "how many of each schedule's next times are listed", wholeNumber, 3)
    .option(
      "--argo <program>",
      "the program argo, whose own findings are added (default: argo, on the PATH)",
      true,
    )
    .option("--no-argo", "do not run argo lint")
    .option(
      "--schema <file>",
      "Argo's schema, which is used where no argo is (default: the one of this package)",
    )
    .addHelpText(
      "after",
      `
Example:
  ${name} --next 5 train-model.yaml train-model-cron.yaml

Rules:
${rules.join("\n")}

Exit code: 0 no errors, 1 an error (or a warning with --strict), 2 a file cannot be read or is not YAML.`,
    )
    .exitOverride();
}
