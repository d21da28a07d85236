import { type Finding, prove, type ProofOptions } from "..";
import { upcoming, type Upcoming } from "../schedules/schedule-table";
import type { Segment } from "../objects/spot";
import { argoLint, type ArgoFinding, type ArgoResult } from "./argo";
import { type FileNote, type FileObject, type Position, readFiles } from "./files";

/** A finding, with the file and the place that it is in. */
export interface FileFinding extends Omit<Finding, "object">, Position {
  readonly file: string;
}

/** What is known of some files. */
export interface Report {
  /** How many workflows were judged. */
  readonly workflows: number;
  readonly findings: readonly FileFinding[];
  /** The next times of each schedule. */
  readonly schedules: readonly (Upcoming & { readonly file: string })[];
  /** Files that could not be read, or are no YAML. */
  readonly unreadable: readonly FileNote[];
  /** Files and objects that were found and are not judged, and why. */
  readonly passedOver: readonly FileNote[];
  /** Whether Argo's own validator has judged the workflows too. */
  readonly argo: { readonly version: string } | { readonly missing: string };
}

/** How files are judged. */
export interface LintOptions extends ProofOptions {
  /** How many of each schedule's next times are told. */
  readonly next: number;
  /** Times after this one. */
  readonly now: Date;
  /** What relative paths start from. */
  readonly folder: string;
  /** The program `argo`, whose findings come into the report too. @default none */
  readonly argo?: string;
}

const NO_ARGO =
  "no program argo was named, so Argo's own validator (fields, types, names) has not judged them";

/** Judges the workflows of some files, all together. */
export async function lint(paths: readonly string[], options: LintOptions): Promise<Report> {
  const { objects, problems, passedOver } = await readFiles(paths, options.folder);
  const values = objects.map(({ value }) => value);
  const argo: ArgoResult = options.argo === undefined ? { missing: NO_ARGO } : argoLint(options.argo, values);
  const theirs = argo.missing === undefined ? argo.findings : [];
  const ours = prove(values, options)
    .filter((finding) => !theirs.some((each) => saysTheSame(each, finding)))
    .map((finding) => (isTwin(finding, objects) ? { ...finding, severity: "warning" as const } : finding));
  const misread = objects.flatMap(({ misread: found }, object) =>
    found.map((each): Finding => ({
      ...each,
      rule: "yaml",
      object,
      where: titleOf(values[object], each.path),
    })),
  );
  const all = [...ours, ...misread, ...theirs.map((each) => asFinding(each, values))];
  return {
    workflows: values.length,
    findings: all.sort((a, b) => a.object - b.object).map((finding) => inFile(finding, objects)),
    schedules: upcoming(values, options.now, options.next).map((each) => ({
      file: objects[each.object]?.file ?? "",
      ...each,
    })),
    unreadable: problems,
    passedOver,
    argo: argo.missing === undefined ? { version: argo.version } : argo,
  };
}

/** Whether two files of a folder have an object of one name: they may be meant for two clusters. */
function isTwin({ object, rule, path }: Finding, objects: readonly FileObject[]): boolean {
  return rule === "reference" && path.join(".") === "metadata.name" && objects[object]?.found === true;
}

function inFile({ object, ...finding }: Finding, objects: readonly FileObject[]): FileFinding {
  const origin = objects[object];
  return {
    file: origin?.file ?? "",
    ...(origin?.position(finding.path) ?? { line: 1, column: 1 }),
    ...finding,
  };
}

function titleOf(value: unknown, path: readonly Segment[]): string {
  const { kind, metadata } = value as { kind?: string; metadata?: { name?: string; generateName?: string } };
  return `${kind ?? "?"}/${metadata?.name ?? metadata?.generateName ?? "?"} ${path.join(".")}`.trim();
}

function asFinding({ object, path, message, isBeyond }: ArgoFinding, values: readonly unknown[]): Finding {
  return {
    rule: "argo",
    severity: isBeyond ? "unsupported" : "error",
    object,
    where: titleOf(values[object], path),
    path,
    message: isBeyond ? `argo lint has not judged this object: ${message}` : `argo lint: ${message}`,
    remedy: isBeyond ? "give the file that it refers to too" : "correct it as the message says",
  };
}

/** Rules that Argo's validator has too. */
const SHARED: ReadonlySet<Finding["rule"]> = new Set([
  "entrypoint",
  "template",
  "reference",
  "arguments",
  "output",
  "condition",
  "dependency",
  "schedule",
]);

/** Whether Argo's validator has found the same mistake: one of a rule that both have, in the same place. */
function saysTheSame(theirs: ArgoFinding, ours: Finding): boolean {
  if (
    theirs.isBeyond ||
    theirs.object !== ours.object ||
    ours.severity !== "error" ||
    !SHARED.has(ours.rule)
  ) {
    return false;
  }
  if (theirs.path.length === 0) {
    return (
      (ours.rule === "schedule" && /schedule/.test(theirs.message)) ||
      (ours.rule === "entrypoint" && /entrypoint|onExit/i.test(theirs.message))
    );
  }
  const shorter = Math.min(theirs.path.length, ours.path.length);
  return (
    ours.path.length >= 3 && theirs.path.slice(0, shorter).every((each, index) => each === ours.path[index])
  );
}

/**
 * 0 if nothing is wrong, 1 if something is, 2 if a file could not be read.
 *
 * @param strict True if a warning is something wrong.
 */
export function exitCode({ findings, unreadable }: Report, { strict = false } = {}): 0 | 1 | 2 {
  if (unreadable.length > 0) {
    return 2;
  }
  const bad = findings.some(({ severity }) => severity === "error" || (strict && severity === "warning"));
  return bad ? 1 : 0;
}
