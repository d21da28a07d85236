import { type Finding, prove, type ProofOptions } from "..";
import { upcoming, type Upcoming } from "../schedule-table";
import { isKind } from "../objects";
import { isRecord } from "../spot";
import { readFiles } from "./files";

/** A finding, with the file and the line that it is in. */
export interface FileFinding extends Omit<Finding, "object"> {
  readonly file: string;
  readonly line: number;
}

/** What is known of some files. */
export interface Report {
  /** How many workflows were judged. */
  readonly workflows: number;
  readonly findings: readonly FileFinding[];
  /** The next times of each schedule. */
  readonly schedules: readonly (Upcoming & { readonly file: string })[];
  /** Files that could not be read, or are no YAML. */
  readonly unreadable: readonly { readonly file: string; readonly message: string }[];
}

/** How files are judged. */
export interface LintOptions extends ProofOptions {
  /** How many of each schedule's next times are told. */
  readonly next: number;
  /** Times after this one. */
  readonly now: Date;
  /** What relative paths start from. */
  readonly folder: string;
}

/** Judges the workflows of some files, all together. */
export async function lint(paths: readonly string[], options: LintOptions): Promise<Report> {
  const { objects, problems } = await readFiles(paths, options.folder);
  const values = objects.map(({ value }) => value);
  const findings = prove(values, options).map(({ object, ...finding }): FileFinding => {
    const origin = objects[object];
    return { file: origin?.file ?? "", line: origin?.line(finding.path) ?? 1, ...finding };
  });
  return {
    workflows: values.filter((value) => isRecord(value) && isKind(String(value["kind"]))).length,
    findings,
    schedules: upcoming(values, options.now, options.next).map((each) => ({
      file: objects[each.object]?.file ?? "",
      ...each,
    })),
    unreadable: problems,
  };
}

/** 0 if nothing is wrong, 1 if something is, 2 if a file could not be read. */
export function exitCode({ findings, unreadable }: Report): 0 | 1 | 2 {
  if (unreadable.length > 0) {
    return 2;
  }
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** The report as lines for people. */
export function toText({ workflows, findings, schedules, unreadable }: Report): string {
  const errors = findings.filter(({ severity }) => severity === "error");
  const rest = findings.filter(({ severity }) => severity !== "error");
  return [
    ...unreadable.map(({ file, message }) => `${file}: ${message}`),
    ...errors.map(
      ({ file, line, where, message, remedy, rule }) =>
        `${file}:${line}: error: ${message} (${rule})\n    in ${where}\n    remedy: ${remedy}`,
    ),
    ...rest.map(
      ({ file, line, where, message }) => `${file}:${line}: not judged: ${message}\n    in ${where}`,
    ),
    ...schedules.map(
      ({ file, title, schedule, timezone, times }) =>
        `${file}: ${title} fires by "${schedule}" (${timezone}) at ${times.length === 0 ? "times that depend on Argo's start" : times.join(", ")}`,
    ),
    `${workflows} workflows judged: ${errors.length} errors, ${rest.length} not judged, ${unreadable.length} files unreadable`,
  ].join("\n");
}
