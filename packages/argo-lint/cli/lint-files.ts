import { type Diagnostic, lint, type LintOptions } from "..";
import { type FileNote, type FileObject, readFiles } from "../files/files";
import type { Position } from "../files/yaml-text";
import type { Segment } from "../objects/node";
import { type UpcomingRuns, upcomingRuns } from "../schedules/schedule-table";
import { argoLint } from "../validators/argo";
import { schemaCheck } from "../validators/schema";
import type { Checked, ValidatorDiagnostic, ValidatorResult } from "../validators/validator";

/** A diagnostic with its file and position. */
export interface FileDiagnostic extends Omit<Diagnostic, "object">, Position {
  readonly file: string;
}

/** The result for some files. */
export interface Report {
  /** How many workflows were checked. */
  readonly workflows: number;
  readonly diagnostics: readonly FileDiagnostic[];
  /** The next times of each schedule. */
  readonly schedules: readonly (UpcomingRuns & { readonly file: string })[];
  /** Files that cannot be read, or are not YAML. */
  readonly unreadable: readonly FileNote[];
  /** Files and objects that were found and not checked, and why. */
  readonly notChecked: readonly FileNote[];
  /** Whether Argo's own validator has checked the workflows too. */
  readonly argo: Checked;
  /** Whether fields and types were checked by Argo's schema; undefined where Argo's own validator has checked them. */
  readonly schema: Checked | undefined;
}

/** What is checked, and with what. */
export interface LintFilesOptions extends LintOptions {
  /** How many of each schedule's next times are listed. */
  readonly next: number;
  /** The times listed are after this one. */
  readonly now: Date;
  /** Folder of relative paths. */
  readonly folder: string;
  /** Program `argo`, whose findings are added. @default none */
  readonly argo?: string | undefined;
  /** File with Argo's schema, which is used where no program `argo` is. @default none */
  readonly schema?: string | undefined;
}

/** Checks the workflows of some files and folders, all together. */
export async function lintFiles(paths: readonly string[], options: LintFilesOptions): Promise<Report> {
  const { objects, unreadable, notChecked } = await readFiles(paths, options.folder);
  const values = objects.map(({ value }) => value);
  // Argo's own validator runs beside the rules.
  const running = argoLint(options.argo, values);
  const found = lint(values, options);
  const argo = await running;
  const schema = argo.missing === undefined ? undefined : schemaCheck(options.schema, values);
  const validated = (argo.missing === undefined ? argo : schema)?.diagnostics ?? [];
  const own = found
    .filter((diagnostic) => !validated.some((each) => isSame(each, diagnostic)))
    .map((diagnostic) =>
      isTwin(diagnostic, objects) ? { ...diagnostic, severity: "warning" as const } : diagnostic,
    );
  const placed = (each: Omit<Diagnostic, "where">): Diagnostic => ({
    ...each,
    where: titleOf(values[each.object], each.path),
  });
  const scalars = objects.flatMap(({ misread }, object) =>
    misread.map((each) => placed({ ...each, rule: "yaml", object })),
  );
  const ofEvents = objects.flatMap(({ event }, object) => event.map((each) => placed({ ...each, object })));
  const scalarPlaces = new Set(scalars.map(({ object, path }) => JSON.stringify([object, path])));
  const misread = new Set(scalars.filter(({ severity }) => severity === "error").map(({ object }) => object));
  const others = validated
    // The rule on scalars says how to write the value.
    .filter(({ rule, object, path, message }) =>
      rule === "schema"
        ? !scalarPlaces.has(JSON.stringify([object, path]))
        : !(/cannot unmarshal (?:bool|number)/.test(message) && misread.has(object)),
    )
    .map(({ isBeyond, ...rest }) =>
      placed({ ...rest, severity: isBeyond === true ? "unsupported" : "error" }),
    );
  return {
    workflows: values.length,
    diagnostics: [...own, ...scalars, ...ofEvents, ...others]
      .sort((a, b) => a.object - b.object)
      .map((diagnostic) => inFile(diagnostic, objects)),
    schedules: upcomingRuns(values, options.now, options.next).map((each) => ({
      file: objects[each.object]?.file ?? "",
      ...each,
    })),
    unreadable,
    notChecked,
    argo: checkedBy(argo),
    schema: schema && checkedBy(schema),
  };
}

function checkedBy(result: ValidatorResult): Checked {
  return result.missing === undefined ? { version: result.version } : { missing: result.missing };
}

/** Whether two files of a folder have an object of one name: they may be meant for two clusters. */
function isTwin({ object, rule, path }: Diagnostic, objects: readonly FileObject[]): boolean {
  return rule === "reference" && path.join(".") === "metadata.name" && objects[object]?.found === true;
}

function inFile({ object, ...diagnostic }: Diagnostic, objects: readonly FileObject[]): FileDiagnostic {
  const origin = objects[object];
  return {
    file: origin?.file ?? "",
    ...(origin?.position(diagnostic.path) ?? { line: 1, column: 1 }),
    ...diagnostic,
  };
}

function titleOf(value: unknown, path: readonly Segment[]): string {
  const { kind, metadata } = value as { kind?: string; metadata?: { name?: string; generateName?: string } };
  return `${kind ?? "?"}/${metadata?.name ?? metadata?.generateName ?? "?"} ${path.join(".")}`.trim();
}

/** Rules that `argo lint` has too. */
const SHARED_WITH_ARGO: ReadonlySet<Diagnostic["rule"]> = new Set([
  "entrypoint",
  "template",
  "reference",
  "arguments",
  "output",
  "condition",
  "dependency",
  "schedule",
]);

/** Whether a validator has found the same problem: the schema in the same place, Argo by a rule that both have. */
function isSame(theirs: ValidatorDiagnostic, own: Diagnostic): boolean {
  if (theirs.isBeyond === true || theirs.object !== own.object || own.severity !== "error") return false;
  if (theirs.rule === "schema") return theirs.path.join("/") === own.path.join("/");
  if (!SHARED_WITH_ARGO.has(own.rule)) return false;
  if (theirs.path.length === 0) {
    return (
      (own.rule === "schedule" && /schedule/.test(theirs.message)) ||
      (own.rule === "entrypoint" && /entrypoint|onExit/i.test(theirs.message))
    );
  }
  const shorter = Math.min(theirs.path.length, own.path.length);
  return (
    own.path.length >= 3 && theirs.path.slice(0, shorter).every((each, index) => each === own.path[index])
  );
}

/**
 * 0 without problems, 1 with an error, 2 if a file could not be read.
 *
 * @param strict True if a warning counts as an error.
 */
export function exitCode({ diagnostics, unreadable }: Report, { strict = false } = {}): 0 | 1 | 2 {
  if (unreadable.length > 0) return 2;
  const fails = diagnostics.some(
    ({ severity }) => severity === "error" || (strict && severity === "warning"),
  );
  return fails ? 1 : 0;
}
