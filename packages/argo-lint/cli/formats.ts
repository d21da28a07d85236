import { RULES } from "..";
import type { FileFinding, Report } from "./lint";

/** How a report can be written. */
export const FORMATS = { text: toText, json: toJson, sarif: toSarif, github: toGithub } as const;

const WORDS = { error: "error", warning: "warning", note: "note", unsupported: "not judged" } as const;
const ORDER = ["error", "warning", "note", "unsupported"] as const;

/** The report as lines for people. */
export function toText({ workflows, findings, schedules, unreadable, passedOver, argo }: Report): string {
  const of = (severity: FileFinding["severity"]): FileFinding[] =>
    findings.filter((each) => each.severity === severity);
  return [
    ...unreadable.map(({ file, message }) => `${file}: cannot be read: ${message}`),
    ...ORDER.flatMap(of).map(({ file, line, column, severity, where, message, remedy, rule }) => {
      const first = `${file}:${line}:${column}: ${WORDS[severity]}: ${message}`;
      return severity === "unsupported"
        ? `${first}\n    in ${where}`
        : `${first} (${rule})\n    in ${where}\n    remedy: ${remedy}`;
    }),
    ...schedules.map(
      ({ file, title, schedule, timezone, suspended, times }) =>
        `${file}: ${title} ${suspended ? "is suspended, and would fire" : "fires"} by "${schedule}" (${timezone}) at ` +
        (times.length === 0 ? "times that depend on Argo's start" : times.join(", ")),
    ),
    ...counted(passedOver.map(({ file, message }) => `${file}: not judged: ${message}`)),
    "version" in argo
      ? `argo lint ${argo.version} has judged them too`
      : `argo lint has not judged them: ${argo.missing}`,
    `${workflows} workflows judged: ${of("error").length} errors, ${of("warning").length} warnings, ` +
      `${of("note").length} notes, ${of("unsupported").length} not judged, ${unreadable.length} files unreadable`,
  ].join("\n");
}

/** Equal lines as one, with how many there are. */
function counted(lines: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}

/** The report for scripts. */
export function toJson(report: Report): string {
  return JSON.stringify(report, null, 2);
}

/** The report for editors and code scanning: SARIF 2.1.0. */
export function toSarif({ findings, unreadable, passedOver, argo }: Report): string {
  const notes = [
    ...passedOver.map(({ file, message }) => `${file}: not judged: ${message}`),
    ...("version" in argo ? [] : [`argo lint has not judged the workflows: ${argo.missing}`]),
  ];
  const run = {
    tool: {
      driver: {
        name: "lint:workflows",
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
    results: findings.map(({ rule, severity, file, line, column, where, message, remedy }) => ({
      ruleId: rule,
      ...(severity === "unsupported" ? { kind: "open", level: "none" } : { level: severity }),
      message: { text: `${message}\nin ${where}\nremedy: ${remedy}` },
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
  const { workflows, findings, unreadable, argo } = report;
  return [
    ...unreadable.map(({ file, message }) => command("error", { file, title: "cannot be read" }, message)),
    ...findings.map(({ file, line, column, severity, rule, message, remedy }) =>
      command(
        names[severity],
        { file, line, col: column, title: severity === "unsupported" ? "not judged" : rule },
        severity === "unsupported" ? message : `${message}\nremedy: ${remedy}`,
      ),
    ),
    ...("version" in argo ? [] : [`argo lint has not judged them: ${argo.missing}`]),
    `${workflows} workflows judged`,
  ].join("\n");
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
