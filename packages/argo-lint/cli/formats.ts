import { RULES } from "..";
import type { FileDiagnostic, Report } from "./lint-files";

/** Output formats by name. */
export const FORMATS = { text: toText, json: toJson, sarif: toSarif, github: toGithub } as const;

const WORDS = { error: "error", warning: "warning", note: "note", unsupported: "not checked" } as const;
const ORDER = ["error", "warning", "note", "unsupported"] as const;

/** The report as lines for people. */
export function toText({ workflows, diagnostics, schedules, unreadable, notChecked, ...by }: Report): string {
  const of = (severity: FileDiagnostic["severity"]): FileDiagnostic[] =>
    diagnostics.filter((each) => each.severity === severity);
  return [
    ...unreadable.map(({ file, message }) => `${file}: cannot be read: ${message}`),
    ...ORDER.flatMap(of).map(({ file, line, column, severity, where, message, fix, rule }) => {
      const first = `${file}:${line}:${column}: ${WORDS[severity]}: ${message}`;
      return severity === "unsupported"
        ? `${first}\n    in ${where}`
        : `${first} (${rule})\n    in ${where}\n    fix: ${fix}`;
    }),
    ...schedules.map(
      ({ file, title, schedule, timezone, suspended, times }) =>
        `${file}: ${title} ${suspended ? "is suspended, and would fire" : "fires"} by "${schedule}" (${timezone}) at ` +
        (times.length === 0 ? "times that depend on Argo's start" : times.join(", ")),
    ),
    ...counted(notChecked.map(({ file, message }) => `${file}: not checked: ${message}`)),
    ...coverage(by),
    `${workflows} workflows checked: ${of("error").length} errors, ${of("warning").length} warnings, ` +
      `${of("note").length} notes, ${of("unsupported").length} not checked, ${unreadable.length} files unreadable`,
  ].join("\n");
}

/** Which of the other validators have checked the workflows, and what was not done. */
function coverage({ argo, schema }: Pick<Report, "argo" | "schema">): string[] {
  if ("version" in argo) return [`checked by argo lint ${argo.version} as well`];
  const first = `not checked by argo lint: ${argo.missing}`;
  if (schema === undefined) return [first];
  return "version" in schema
    ? [first, `fields and types checked by the schema of Argo ${schema.version}`]
    : [first, `fields and types not checked: ${schema.missing}`];
}

/** Equal lines as one, with how many there are. */
function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

/** The report for scripts, with the names that it has had from the start. */
export interface JsonReport extends Omit<Report, "diagnostics" | "notChecked"> {
  readonly findings: readonly (Omit<FileDiagnostic, "fix"> & { readonly remedy: string })[];
  readonly passedOver: Report["notChecked"];
}

/** The report as it is written in JSON. */
export function jsonReport({ diagnostics, notChecked, ...rest }: Report): JsonReport {
  const findings = diagnostics.map(({ fix, ...each }) => ({ ...each, remedy: fix }));
  return { ...rest, findings, passedOver: notChecked };
}

/** The report for scripts. */
function toJson(report: Report): string {
  return JSON.stringify(jsonReport(report), null, 2);
}

/** The report for editors and code scanning: SARIF 2.1.0. */
export function toSarif({ diagnostics, unreadable, notChecked, ...by }: Report): string {
  const notes = [
    ...notChecked.map(({ file, message }) => `${file}: not checked: ${message}`),
    ...("version" in by.argo ? [] : coverage(by)),
  ];
  const run = {
    tool: {
      driver: {
        name: "argo-lint",
        rules: Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
      },
    },
    columnKind: "utf16CodeUnits",
    invocations: [
      {
        executionSuccessful: unreadable.length === 0,
        toolExecutionNotifications: [
          ...unreadable.map(({ file, message }) => ({
            level: "error",
            message: { text: message },
            locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
          })),
          ...notes.map((text) => ({ level: "note", message: { text } })),
        ],
      },
    ],
    results: diagnostics.map(({ rule, severity, file, line, column, where, message, fix }) => ({
      ruleId: rule,
      ...(severity === "unsupported" ? { kind: "open", level: "none" } : { level: severity }),
      message: { text: `${message}\nin ${where}\nfix: ${fix}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            region: { startLine: line, startColumn: column },
          },
        },
      ],
    })),
  };
  return JSON.stringify(
    { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] },
    null,
    2,
  );
}

function uriOf(file: string): string {
  const path = file.split(/[\\/]/).map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${path}` : path;
}

/** The report as commands of a GitHub workflow, which shows them beside the lines. */
export function toGithub(report: Report): string {
  const command = (name: string, properties: Record<string, string | number>, message: string): string => {
    const list = Object.entries(properties).map(
      ([key, value]) => `${key}=${data(String(value)).replaceAll(":", "%3A").replaceAll(",", "%2C")}`,
    );
    return `::${name} ${list.join(",")}::${data(message)}`;
  };
  const names = { error: "error", warning: "warning", note: "notice", unsupported: "notice" } as const;
  const { workflows, diagnostics, unreadable, argo } = report;
  return [
    ...unreadable.map(({ file, message }) => command("error", { file, title: "cannot be read" }, message)),
    ...diagnostics.map(({ file, line, column, severity, rule, message, fix }) =>
      command(
        names[severity],
        { file, line, col: column, title: severity === "unsupported" ? "not checked" : rule },
        severity === "unsupported" ? message : `${message}\nfix: ${fix}`,
      ),
    ),
    ...("version" in argo ? [] : coverage(report)),
    `${workflows} workflows checked`,
  ].join("\n");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
