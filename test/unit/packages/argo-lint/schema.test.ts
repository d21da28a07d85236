import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lintFiles } from "../../../../packages/argo-lint/cli/lint-files";
import { toText } from "../../../../packages/argo-lint/cli/formats";
import { collection } from "../../../support/workflow-collection";
import { everyKind } from "../argo-workflows/every-kind";

const NAMES = "io.argoproj.workflow.v1alpha1.";
const object = (properties: object, required: string[] = []) => ({ type: "object", properties, required });
const listOf = (name: string) => ({ type: "array", items: { $ref: `#/definitions/${name}` } });
const text = { type: "string" };

/** As much of Argo's schema as these tests need, in its form. */
const SCHEMA = {
  version: "3.7.0",
  definitions: {
    [`${NAMES}Workflow`]: object(
      {
        apiVersion: text,
        kind: text,
        metadata: object({ name: text, namespace: text }),
        spec: { $ref: `#/definitions/${NAMES}WorkflowSpec` },
        status: { type: "object" },
      },
      ["metadata", "spec"],
    ),
    [`${NAMES}WorkflowSpec`]: object({
      entrypoint: text,
      priority: { type: "integer" },
      workflowTemplateRef: object({ name: text }),
      arguments: object({ parameters: listOf(`${NAMES}Parameter`) }),
      templates: listOf(`${NAMES}Template`),
      templateDefaults: { $ref: `#/definitions/${NAMES}Template` },
    }),
    [`${NAMES}Gauge`]: object({ value: text, realtime: { type: "boolean" } }, ["value", "realtime"]),
    [`${NAMES}ArtifactPaths`]: object({ name: text, s3: { type: "object" } }, ["name"]),
    [`${NAMES}HTTP`]: object({ url: text, method: text }, ["url"]),
    [`${NAMES}Cache`]: object({ configMap: object({ name: text, key: text }, ["key"]) }, ["configMap"]),
    [`${NAMES}Parameter`]: object({ name: text, value: text }, ["name"]),
    [`${NAMES}Template`]: object({
      name: text,
      container: { $ref: "#/definitions/io.k8s.api.core.v1.Container" },
      memoize: object({ key: text, cache: { $ref: `#/definitions/${NAMES}Cache` } }, ["key", "cache"]),
      gauge: { $ref: `#/definitions/${NAMES}Gauge` },
      http: { $ref: `#/definitions/${NAMES}HTTP` },
      data: object({
        source: object({ artifactPaths: { $ref: `#/definitions/${NAMES}ArtifactPaths` } }),
        transformation: { type: "array" },
      }),
      steps: { type: "array", items: { type: "array", items: { type: "object" } } },
    }),
    "io.k8s.api.core.v1.Container": object(
      {
        image: text,
        args: { type: "array", items: text },
        command: { type: "array", items: text },
        ports: { type: "array", items: object({ containerPort: { type: "integer" } }, ["containerPort"]) },
        resources: object({
          limits: {
            type: "object",
            additionalProperties: { $ref: "#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity" },
          },
        }),
      },
      ["image"],
    ),
    "io.k8s.apimachinery.pkg.api.resource.Quantity": text,
  },
};

describe("Argo's schema", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "argo-lint-schema-"));
    writeFileSync(join(folder, "schema.json"), JSON.stringify(SCHEMA));
  });
  after(() => rmSync(folder, { recursive: true }));

  const check = async (spec: string, metadata = "{ name: a }") => {
    writeFileSync(join(folder, "a.yaml"), `kind: Workflow\nmetadata: ${metadata}\nspec:\n${spec}`);
    return lintFiles(["a.yaml"], { folder, next: 0, now: new Date(0), schema: join(folder, "schema.json") });
  };
  const found = async (...given: Parameters<typeof check>): Promise<string[]> =>
    (await check(...given)).diagnostics
      .filter(({ severity }) => severity === "error")
      .map(({ line, column, rule, message }) => `${line}:${column} ${rule}: ${message}`);

  it("finds unknown fields, wrong types and missing fields, each at its line and column", async () => {
    assert.deepEqual(
      await found(`  entrypoint: x
  priority: high
  templates:
    - name: x
      container:
        image: i
        comand: [echo]
        ports: [{ name: web }]
`),
      [
        '5:13 schema: expected integer, found "high"',
        '10:17 schema: unknown field "comand"',
        "11:17 schema: the field containerPort is missing",
      ],
    );
  });

  it("takes what Argo's reader takes: numbers for texts, members that are null, a status", async () => {
    assert.deepEqual(
      await found(`  entrypoint: x
  arguments: { parameters: [{ name: a, value: 1 }, { name: b, value: true }] }
  templates:
    - { name: x, container: { image: i, args: [null], command: null, resources: { limits: { cpu: 1 } } } }
status: { phase: Running }
`),
      [],
    );
  });

  it("finds a field that Argo does not have also where it has no value", async () => {
    assert.deepEqual(
      await found(`  entrypoint: x
  prioriti:
  templates:
    - { name: x, steps: , container: { image: i, comand: , args: } }
`),
      ['5:12 schema: unknown field "prioriti"', '7:58 schema: unknown field "comand"'],
    );
  });

  it("takes a ConfigMap of results without a key, and nothing but an object", async () => {
    const memoize = async (map: string): Promise<string[]> =>
      (
        await found(`  entrypoint: x
  templates: [{ name: x, memoize: { key: a, cache: { configMap: ${map} } }, container: { image: i } }]
`)
      ).filter((each) => each.includes("schema"));
    assert.deepEqual(await memoize("{ name: results }"), []);
    assert.deepEqual(await memoize("results"), ['5:65 schema: expected object, found "results"']);
    assert.deepEqual(await memoize("{ nam: results }"), ['5:72 schema: unknown field "nam"']);
  });

  it("asks for no field that Argo does without, nor for those that the templates have and the defaults do not", async () => {
    assert.deepEqual(
      await found(`  entrypoint: x
  templateDefaults: { http: { method: POST } }
  templates:
    - { name: x, container: { image: i }, gauge: { value: "1" } }
    - { name: z, data: { source: { artifactPaths: { s3: {} } }, transformation: [] } }
`),
      [],
    );
    assert.deepEqual(
      (
        await found(`  entrypoint: x
  templates: [{ name: x, http: { method: POST } }]
`)
      ).filter((each) => each.includes("url")),
      ["5:32 schema: the field url is missing"],
    );
  });

  it("replaces what our own rules say of the same place, and leaves to the rule on YAML what that explains", async () => {
    const report = await found(`  entrypoint: x
  templates:
    - name: x
      steps:
        - { name: s, template: x }
    - { name: z, container: { image: i, args: [yes] } }
`);
    assert.deepEqual(
      report.filter((each) => !each.includes("recursion")),
      [
        "9:48 yaml: yes is read as true, and Argo refuses the object: it expects a string",
        '8:11 schema: expected array, found {"name":"s","template":"x"}',
      ],
    );
  });

  it("is named in the report, and so is its absence", async () => {
    const report = await check("  workflowTemplateRef: { name: b }\n");
    assert.match(toText(report), /^fields and types checked by the schema of Argo 3\.7\.0$/m);
    assert.deepEqual(report.schema, { version: "3.7.0" });
    const without = await lintFiles(["a.yaml"], {
      folder,
      next: 0,
      now: new Date(0),
      schema: "/no/such/file",
    });
    assert.match(toText(without), /^fields and types not checked: \/no\/such\/file cannot be read/m);
  });
});

/** Argo's own schema, where test/engine.ts has fetched it. */
const ARGO_SCHEMA = process.env["GOURMETGRAM_ARGO_SCHEMA"];

describe("Argo's schema of 3.7.18", () => {
  before(function () {
    if (ARGO_SCHEMA === undefined) {
      console.log("      skipped: GOURMETGRAM_ARGO_SCHEMA names no schema of Argo Workflows 3.7.18");
      this.skip();
    }
  });

  it("accepts Argo's examples, the collection's correct workflows, and all that the model can render", async function () {
    const folder = mkdtempSync(join(tmpdir(), "argo-lint-schema-"));
    try {
      const objects = collection()
        .filter(({ argo }) => argo === "accepts")
        .flatMap((each) => each.objects);
      [...objects, everyKind()].forEach((each, index) =>
        writeFileSync(join(folder, `${index}.json`), JSON.stringify(each)),
      );
      const examples = process.env["GOURMETGRAM_ARGO_SOURCE"];
      const { diagnostics, schema } = await lintFiles(
        examples === undefined ? [folder] : [folder, examples],
        {
          folder,
          next: 0,
          now: new Date(0),
          schema: ARGO_SCHEMA,
        },
      );
      assert.deepEqual(schema, { version: "3.7.18" });
      assert.deepEqual(
        diagnostics
          .filter(({ rule }) => rule === "schema")
          .map(({ file, where, message }) => [file, where, message]),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
