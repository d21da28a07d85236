import type { LabOutputs } from "../../../stacks";
import { minuteOf } from "../../support/times";
import type { Delivery } from "./delivery";
import type { Release } from "./staging-state";

export interface TextOptions {
  readonly model: LabOutputs["registeredModel"];
  /** Columns of the terminal. @default no line is broken, as suits a log */
  readonly width?: number | undefined;
  /** Addresses that do not answer from this machine. @default all do */
  readonly silent?: readonly string[];
}

/** Widest name of a row, with its colon and a space. */
const NAME_WIDTH = 17;

/** A row: what it is about, and lines about it. */
type Row = readonly [name: string, ...lines: string[]];

/** A delivery for people: how it ended, then a row for each part of the way. */
export function textOfDelivery(delivery: Delivery, { model, width, silent = [] }: TextOptions): string {
  const rows = [
    ...startRow(delivery),
    ...trainingRow(delivery),
    ...modelRow(delivery, model),
    ...imageRows(delivery),
    ...(delivery.prediction === null ? [] : [["test picture", delivery.prediction] satisfies Row]),
    stagingRow(delivery),
    ...delivery.at.map(({ run, step, message }): Row => [
      delivery.run?.verdict === "running" ? "goes on at" : "stopped at",
      `${step === "" ? run : `step ${step} of ${run}`}${message === "" ? "" : `: ${message}`}`,
    ]),
    ...delivery.unanswered.map(({ part, reason }): Row => ["no answer", `${PARTS[part]}: ${reason}`]),
    ...(silent.length === 0
      ? []
      : [["from here", `nothing answers at ${silent.join(", ")}; use: npm run open`] satisfies Row]),
  ];
  return [headlineOf(delivery), ...rows.map((row) => textOfRow(row, width))].join("\n");
}

const PARTS = { argo: "Argo", mlflow: "MLflow", staging: "staging" } as const;

const isSilent = ({ unanswered }: Delivery, asked: keyof typeof PARTS): boolean =>
  unanswered.some(({ part }) => part === asked);

function headlineOf(delivery: Delivery): string {
  const { run, model } = delivery;
  const unknown = isSilent(delivery, "argo") ? "Which run was the last is not known" : undefined;
  if (run === null) {
    if (unknown !== undefined) return `${unknown}.`;
    if (model !== null) return `No run is in Argo. The newest version in MLflow is ${model.version}.`;
    return isSilent(delivery, "mlflow") ? "No run is in Argo." : "Nothing has run yet: npm run train";
  }
  switch (run.verdict) {
    case "succeeded":
      return `${run.name} succeeded.`;
    case "stopped-by-gate":
      return `${run.name} ended at the accuracy gate.`;
    case "failed":
      return `${run.name} FAILED.`;
    case "running":
      return `${run.name} goes on.`;
    case null:
      return unknown === undefined
        ? `${run.name} is not in Argo any more, which deletes runs a day after their end. It has left:`
        : `${unknown}. ${run.name} has made the newest version in MLflow:`;
  }
}

function startRow({ run }: Delivery): Row[] {
  if (run?.started == null) return [];
  const by = run.trigger === null ? "" : ` by ${run.trigger}`;
  const title = run.title === null ? "" : ` (${run.title})`;
  const end = run.ended === null ? "" : `, ended ${minuteOf(run.ended)}`;
  return [
    ["started", `${minuteOf(run.started)}${end} UTC${by}${title}`, ...(run.url === null ? [] : [run.url])],
  ];
}

function trainingRow({ training: { commit, branch, image } }: Delivery): Row[] {
  const where = branch === null ? "" : `branch ${branch}`;
  const code =
    commit !== null
      ? `commit ${commit}${branch === null ? "" : ` of ${where}`}`
      : where || (image === null ? "" : "the lab's own");
  return code === "" ? [] : [["training code", code, ...(image === null ? [] : [image])]];
}

function modelRow(
  { run, model, aliases }: Delivery,
  { alias, stagingAlias }: LabOutputs["registeredModel"],
): Row[] {
  if (model === null) {
    if (run?.verdict == null) return [];
    return [["model version", run.verdict === "running" ? "none yet" : "none was registered"]];
  }
  const { version, url, registered } = model;
  if (registered === false) return [["model version", `${version}, which MLflow does not have (any more)`]];
  if (aliases === null) return [["model version", `${version}, its aliases are not known`, url]];
  const own = Object.keys(aliases).filter((each) => aliases[each] === version);
  const elsewhere = [alias, stagingAlias].flatMap((each) => {
    const other = aliases[each];
    return other === undefined || other === version ? [] : [`; ${each} is version ${other}`];
  });
  const text = own.length === 0 ? "without an alias" : `alias ${own.sort().join(", ")}`;
  return [["model version", `${version}, ${text}${elsewhere.join("")}`, url]];
}

function imageRows({ run, model, application, image }: Delivery): Row[] {
  const built: Row[] = [
    ...(application.commit === null ? [] : [["application", `commit ${application.commit}`] satisfies Row]),
    ...(image === null ? [] : [["image", image.digest] satisfies Row]),
  ];
  if (model === null && built.length === 0) return [];
  const unbuilt: Row = ["image", run?.verdict === "running" ? "not built yet" : "none was built"];
  const [first, ...rest] = image === null ? [...built, unbuilt] : built;
  const page = run?.build?.url;
  // The page of a build that was submitted by itself is named already.
  if (first === undefined || page == null || page === run?.url) return [...(first ? [first] : []), ...rest];
  return [[...first, page], ...rest];
}

function stagingRow(delivery: Delivery): Row {
  const { staging } = delivery;
  const { serves, rollsOut, url } = staging;
  if (serves === null) {
    const nothing = isSilent(delivery, "staging") ? "what serves is not known" : "nothing serves";
    return ["staging", `${nothing}${rolloutText(rollsOut)}`];
  }
  const { image, workflow, since } = serves;
  const isSame = image !== null && image === delivery.image?.reference;
  const which = staging.ofThisRun
    ? " of this run"
    : isSame
      ? ", this image"
      : image === null
        ? ""
        : ` (${digestOf(image)})`;
  const who = staging.ofThisRun || workflow === null ? "" : `, deployed by ${workflow}`;
  const time = since === null ? "" : `${staging.ofThisRun ? "" : ","} since ${minuteOf(since)} UTC`;
  const text = `serves version ${serves.modelVersion ?? "?"}${which}${who}${time}`;
  return ["staging", `${text}${rolloutText(rollsOut)}`, url];
}

function rolloutText(rollsOut: Release | null): string {
  if (rollsOut === null) return "";
  const { modelVersion, workflow } = rollsOut;
  const by = workflow === null ? "" : ` by ${workflow}`;
  return `; set${by} to run version ${modelVersion ?? "?"}, which does not serve (yet)`;
}

const digestOf = (image: string): string => image.split("@").at(-1) ?? image;

/** The first line after the name, the others below it; what is too long goes on below, but for addresses. */
function textOfRow([name, ...lines]: Row, width = Number.POSITIVE_INFINITY): string {
  const indent = " ".repeat(NAME_WIDTH + 2);
  const text = lines.flatMap((line) => wrapped(line, width - indent.length)).join(`\n${indent}`);
  return `  ${`${name}:`.padEnd(NAME_WIDTH)}${text}`;
}

/** The text in lines that are broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
