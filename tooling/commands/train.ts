import { type Command, InvalidArgumentError, Option } from "commander";
import { answersAt } from "../live/reach";
import { findLab, type LiveLab } from "../engine/live-lab";
import { Argo } from "../live/workflows/argo";
import { type Cluster, clusterOf, reasonOf } from "../live/api-clients";
import { type Display, displayFor, silentDisplay } from "../live/runs/run-display";
import { type Family, NoSuchRun } from "../live/workflows/family";
import { type RunReport, reportOf, textOfReport } from "../live/runs/run-report";
import { parametersOf, SCENARIO_NAMES, SCENARIOS, type ScenarioName } from "../live/workflows/scenarios";
import { submission } from "../live/workflows/submission";
import { nameOf } from "../live/workflows/workflow";

/** Exit codes of `train`. */
export const TRAIN_EXIT = { succeeded: 0, running: 0, failed: 1, "stopped-by-gate": 3 } as const;
/** For a command line that cannot be understood, and a lab that cannot be reached. */
const NOT_STARTED = 2;
/** The following ended before the run did. */
const OUT_OF_TIME = 4;
const INTERRUPTED = 130;

interface TrainOptions {
  scenario: ScenarioName;
  accuracy?: string;
  /** Name of a run that goes on already; true where a new one is followed, false where none is. */
  follow: string | boolean;
  json?: boolean;
  timeout?: number;
}

/** `number` from 0 to 1, or the word that leaves it to chance. */
function accuracy(text: string): string {
  const value = Number(text);
  if (text === "random" || (text.trim() !== "" && value >= 0 && value <= 1)) return text;
  throw new InvalidArgumentError("a number from 0 to 1 is wanted, or random");
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError("a whole number of seconds is wanted");
  }
  return value;
}

/** Declares the command and its help. */
export function trainCommand(command: Command): Command {
  const scenarios = SCENARIO_NAMES.map(
    (name) => `  ${name.padEnd(17)} a model that ${SCENARIOS[name].model}: ${SCENARIOS[name].outcome}`,
  );
  return command
    .description(
      "train a model and follow it until it serves in staging, or until it is clear why it does not",
    )
    .addOption(
      new Option("--scenario <name>", "what kind of model is trained")
        .choices(SCENARIO_NAMES)
        .default("normal" satisfies ScenarioName),
    )
    .option("--accuracy <number>", "what the accuracy test finds: 0 to 1, or random", accuracy)
    .addOption(
      new Option("--follow [run]", "follow this run, and submit none").default(true, "the one submitted"),
    )
    .option("--no-follow", "submit the run and end")
    .option("--timeout <seconds>", "stop following after this time; the run goes on", positiveInteger)
    .option("--json", "print one JSON document for scripts, and nothing else")
    .addHelpText(
      "after",
      `
Scenarios:
${scenarios.join("\n")}

Exit code: 0 the model serves in staging, 1 the run failed, 3 the accuracy gate stopped it before anything was
built, 2 nothing was started (wrong option, lab not in reach), 4 the time to follow was over.
An interrupt (Ctrl+C) ends the following and leaves the run alone.`,
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : NOT_STARTED))
    .action(train);
}

/** Submits a run, or takes up one, and follows it to its end. */
async function train(options: TrainOptions): Promise<void> {
  const silent = options.json === true;
  let followed: Followed;
  try {
    followed = await begin(options);
  } catch (error) {
    process.exitCode = NOT_STARTED;
    if (silent) console.log(JSON.stringify({ run: null, verdict: null, error: messageOf(error) }, null, 2));
    console.error(`error: ${messageOf(error)}`);
    return;
  }
  if (options.follow === false) {
    if (silent) console.log(JSON.stringify({ run: followed.name, verdict: "running" }, null, 2));
    else console.log(`${followed.name} is submitted. Follow it:\n  ${again(followed.name)}`);
    return;
  }
  await follow(followed, options, silent ? silentDisplay : displayFor(process.stdout));
}

/** A run, and what it is looked at with. */
interface Followed {
  readonly name: string;
  readonly lab: LiveLab;
  readonly cluster: Cluster;
  readonly argo: Argo;
}

async function begin({ scenario, accuracy, follow }: TrainOptions): Promise<Followed> {
  const lab = await findLab();
  const cluster = clusterOf(lab.config);
  const argo = new Argo(cluster, lab.outputs.namespace);
  if (typeof follow === "string") {
    await argo.family(follow);
    return { name: follow, lab, cluster, argo };
  }
  const parameters = { ...parametersOf(scenario, accuracy) };
  const { train: template } = lab.outputs.workflowTemplates;
  const run = await argo.createWorkflow(submission(template, parameters)).catch((error: unknown) => {
    throw new Error(`the run could not be submitted: ${reasonOf(error)}`);
  });
  return { name: nameOf(run), lab, cluster, argo };
}

async function follow(followed: Followed, options: TrainOptions, display: Display): Promise<void> {
  const { name, argo, cluster, lab } = followed;
  const silent = options.json === true;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => stop.abort(new Stopped("interrupted", INTERRUPTED)));
  }
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(
          () => stop.abort(new Stopped(`not over after ${String(options.timeout)} s`, OUT_OF_TIME)),
          options.timeout * 1000,
        );
  let family: Family;
  try {
    family = await argo.follow(name, display.show, stop.signal);
  } catch (error) {
    await display.end();
    if (!(error instanceof Stopped)) throw named(error);
    process.exitCode = error.exitCode;
    if (silent) {
      console.log(JSON.stringify({ run: name, verdict: "running", error: error.message }, null, 2));
    } else console.log(`\n${error.message}: ${name} goes on. Look again:\n  ${again(name)}`);
    return;
  } finally {
    clearTimeout(timer);
  }
  await display.end();
  const report: RunReport = await reportOf(family, cluster.core);
  process.exitCode = TRAIN_EXIT[report.verdict];
  if (silent) {
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  const answers = report.verdict !== "succeeded" || (await answersAt(lab.outputs.staging.externalUrl));
  console.log(`\n${textOfReport(report, lab.outputs, { answers })}`);
}

/** Why the following ended before the run did. */
class Stopped extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.name = "Stopped";
  }
}

function again(name: string): string {
  return `npm run train -- --follow ${name}`;
}

function named(error: unknown): Error {
  return error instanceof NoSuchRun ? error : new Error(`the run cannot be followed: ${reasonOf(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
