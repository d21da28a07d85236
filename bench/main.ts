import { Command } from "commander";
import { stackName } from "../lab/stack-settings";
import { stackOutputs } from "../lab/pulumi/stack";
import { readTimings } from "../lab/timings";
import { upKinds } from "../lab/commands/up";
import { labMemory } from "./memory";
import { measureProof } from "./proof";
import { measurePreview } from "./preview";
import { type Samples } from "./samples";

/** One figure, with what it should be. */
interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly detail?: string;
}

/** How long `up` took when it last did each kind of work, as it recorded itself. */
function setUpTimes(): Figure[] {
  const timings = readTimings();
  const newest = (what: string): Figure[] => {
    const found = timings.filter((timing) => timing.what === what).at(-1);
    if (found === undefined) return [];
    const target = Object.values(upKinds).find((kind) => kind.title === what)?.targetMinutes;
    const value = Math.round(found.seconds / 6) / 10;
    return [{ what, value, unit: "min", detail: found.at, ...(target === undefined ? {} : { target }) }];
  };
  const steps = [...new Set(timings.map(({ what }) => what))].filter((what) => !what.startsWith("up "));
  return [...Object.values(upKinds).flatMap(({ title }) => newest(title)), ...steps.flatMap(newest)];
}

const seconds = ({ min, median, max, runs }: Samples): string =>
  `${min.toFixed(2)} / ${median.toFixed(2)} / ${max.toFixed(2)} s (min / median / max of ${runs})`;

async function previewTimes(runs: number): Promise<Figure[]> {
  const { stack, empty, emptyScript, kubectl } = await measurePreview(runs);
  const against = (what: string, floor: Samples): Figure => ({
    what: `unchanged preview against ${what}`,
    value: Math.round((stack.median / floor.median) * 100) / 100,
    unit: "times",
    detail: `${seconds(stack)}; floor ${seconds(floor)}`,
  });
  return [
    { ...against("an empty program's", empty), target: 1.5 },
    // The program starts without Pulumi's TypeScript, so this floor is the harder one.
    against("an empty plain one's", emptyScript),
    ...(kubectl === undefined ? [] : [against("kubectl's dry run", kubectl)]),
  ];
}

async function proofTimes(runs: number): Promise<Figure[]> {
  const { templates, proof, ratio } = await measureProof(runs);
  const detail = `${seconds(proof)}; ${Math.round(ratio)} times a JSON round trip of the same objects`;
  const value = Math.round(proof.median * 100) / 100;
  return [{ what: `proof of ${templates} workflow templates`, value, unit: "s", target: 1, detail }];
}

async function memory(): Promise<Figure[]> {
  const found = await labMemory();
  if (found === undefined) return [];
  const detail = "sum of proportional set sizes";
  return [
    { what: "idle lab, control plane included", value: found.lab, unit: "MiB", target: 4096, detail },
    { what: "MLflow", value: found.mlflow, unit: "MiB", target: 600, detail },
  ];
}

async function main(options: { json?: boolean; runs: string }): Promise<void> {
  const runs = Number(options.runs);
  const figures = [...setUpTimes(), ...(await memory()), ...(await proofTimes(runs))];
  if ((await stackOutputs())?.["namespace"] === undefined) {
    console.error(`stack ${stackName} is not up: no preview is measured (npm run up)`);
  } else figures.push(...(await previewTimes(runs)));
  if (options.json === true) {
    console.log(JSON.stringify({ figures }, null, 2));
    return;
  }
  for (const { what, value, unit, target, detail } of figures) {
    const against =
      target === undefined ? "" : `target ${target} ${unit}: ${value <= target ? "met" : "MISSED"}`;
    console.log(
      `${what.padEnd(46)} ${`${value} ${unit}`.padStart(10)}  ${against.padEnd(26)} ${detail ?? ""}`,
    );
  }
}

new Command("bench")
  .description(
    "Prints how fast and how large the lab is, beside the targets. Asserts nothing: machines differ.",
  )
  .option("--json", "for scripts")
  .option("--runs <number>", "how often each preview is run", "5")
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
