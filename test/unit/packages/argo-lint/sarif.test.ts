import assert from "node:assert/strict";
import Ajv from "ajv/dist/2020";
import { RULES } from "../../../../packages/argo-lint";
import { toSarif } from "../../../../packages/argo-lint/cli/formats";
import type { FileDiagnostic, Report } from "../../../../packages/argo-lint/cli/lint-files";

const text = { type: "string" };
const object = (properties: Record<string, object>, ...required: string[]): object => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const list = (items: object): object => ({ type: "array", items });
const message = object({ text }, "text");
const level = { enum: ["none", "note", "warning", "error"] };
const locations = list(
  object({
    physicalLocation: object(
      {
        artifactLocation: object({ uri: { type: "string", pattern: "^[-\\w.~%/:]+$" } }, "uri"),
        region: object({
          startLine: { type: "integer", minimum: 1 },
          startColumn: { type: "integer", minimum: 1 },
        }),
      },
      "artifactLocation",
    ),
  }),
);

/** What SARIF 2.1.0 says of the properties that are written. */
const SARIF = object(
  {
    $schema: text,
    version: { const: "2.1.0" },
    runs: list(
      object(
        {
          tool: object(
            {
              driver: object(
                {
                  name: text,
                  rules: {
                    ...list(object({ id: text, shortDescription: message }, "id")),
                    uniqueItems: true,
                  },
                },
                "name",
              ),
            },
            "driver",
          ),
          columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
          invocations: list(
            object(
              {
                executionSuccessful: { type: "boolean" },
                toolExecutionNotifications: list(object({ message, level, locations }, "message")),
              },
              "executionSuccessful",
            ),
          ),
          results: list(
            object(
              {
                ruleId: { enum: Object.keys(RULES) },
                kind: { enum: ["notApplicable", "pass", "fail", "review", "open", "informational"] },
                level,
                message,
                locations,
              },
              "message",
            ),
          ),
        },
        "tool",
      ),
    ),
  },
  "version",
  "runs",
);

describe("the report in SARIF", () => {
  const report: Report = {
    workflows: 1,
    diagnostics: (["error", "warning", "note", "unsupported"] as const).map((severity): FileDiagnostic => ({
      rule: "entrypoint",
      file: "a folder/ü#?.yaml",
      line: 1,
      column: 1,
      path: [],
      where: "Workflow/a",
      message: "m",
      fix: "f",
      severity,
    })),
    schedules: [],
    unreadable: [{ file: "/b.yaml", message: "not YAML" }],
    notChecked: [{ file: "c.yaml", message: "Deployment is not read" }],
    argo: { missing: "there is no program argo" },
    schema: undefined,
  };

  it("has the properties that SARIF 2.1.0 requires, and no others", () => {
    const validate = new Ajv({ allErrors: true }).compile(SARIF);
    validate(JSON.parse(toSarif(report)));
    assert.deepEqual(validate.errors ?? [], []);
  });

  it("has a level only for what failed", () => {
    const { runs } = JSON.parse(toSarif(report)) as {
      runs: { results: { kind?: string; level: string }[] }[];
    };
    assert.deepEqual(
      runs[0]?.results.map(({ kind, level: of }) => `${kind ?? "fail"} ${of}`),
      ["fail error", "fail warning", "fail note", "open none"],
    );
  });
});
