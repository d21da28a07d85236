import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { lint } from "../../../../packages/argo-lint";
import { FILLED_IN_LATER } from "../../../../packages/argo-lint/expressions/tags";
import { argoLint } from "../../../../packages/argo-lint/validators/argo";
import { lintFiles } from "../../../../packages/argo-lint/cli/lint-files";
import { trainingManifests } from "../../../../workflows/training-manifests";
import { TRAINING_ARGS } from "../../../support/training";
import { collection } from "../../../support/workflow-collection";
import { everyKind } from "../argo-workflows/every-kind";

/** The program `argo`, as the embedded lab builds it. */
const ARGO = process.env["GOURMETGRAM_ARGO"];

/** What `argo lint` says of the objects; nothing if it accepts them. */
function complaints(argo: string, manifests: readonly unknown[]): string {
  const folder = mkdtempSync(join(tmpdir(), "gourmetgram-argo-lint-"));
  try {
    manifests.forEach((manifest, index) =>
      writeFileSync(join(folder, `${index}.json`), JSON.stringify(manifest)),
    );
    const { status, stdout, stderr } = spawnSync(argo, ["lint", "--offline", "--strict", folder], {
      encoding: "utf8",
      // No cluster: it must not look for one.
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    });
    return status === 0 ? "" : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("argo lint", () => {
  let argo: string;

  before(function () {
    if (ARGO === undefined) {
      console.log("      skipped: GOURMETGRAM_ARGO names no program argo of Argo Workflows 3.7.18");
      this.skip();
    }
    argo = ARGO;
  });

  it("finds nothing wrong in the lab's workflows", () => {
    const manifests = trainingManifests({
      ...TRAINING_ARGS,
      imagePullSecret: "pull",
      registryCredentialsSecret: "pull",
      appRepository: { ...TRAINING_ARGS.appRepository, credentialsSecret: "source" },
    });
    assert.equal(complaints(argo, Object.values(manifests).flat()), "");
  });

  it("finds nothing wrong in a workflow with all that the model can say", () => {
    assert.equal(complaints(argo, [everyKind()]), "");
  });
});

describe("argo lint in the report", () => {
  const broken = [
    {
      kind: "Workflow",
      metadata: { name: "a" },
      spec: { entrypoint: "x", templates: [{ name: "x", container: { image: "i", args: [1] } }] },
    },
    {
      kind: "Workflow",
      metadata: { name: "b" },
      spec: { entrypoint: "x", templates: [{ name: "x", contaner: { image: "i" } }] },
    },
    {
      kind: "Workflow",
      metadata: { name: "c" },
      spec: { entrypoint: "x", templates: [{ name: "x", steps: [[{ name: "s", template: "gone" }]] }] },
    },
    { kind: "Workflow", metadata: { name: "d" }, spec: { workflowTemplateRef: { name: "elsewhere" } } },
    { kind: "WorkflowTemplate", metadata: { name: "e" }, spec: { templates: [] } },
    {
      kind: "WorkflowTemplate",
      metadata: { name: "e" },
      spec: { templates: [{ name: "x", container: {} }] },
    },
  ].map((each) => ({ apiVersion: "argoproj.io/v1alpha1", ...each }));

  it("finds one mistake of each object, also of those that it cannot read", async function () {
    if (ARGO === undefined) this.skip();
    const result = await argoLint(ARGO, broken);
    assert.ok(result.missing === undefined, JSON.stringify(result));
    assert.deepEqual(
      result.diagnostics.map(({ object, path, isBeyond }) => [object, path.join("."), isBeyond]).sort(),
      [
        [0, "", false],
        [1, "spec.templates.0.contaner", false],
        [2, "spec.templates.0.steps.0.0", false],
        [3, "", true],
        [5, "spec.templates.0", false],
      ],
    );
  });

  it("takes the place of what the linter says itself", async function () {
    if (ARGO === undefined) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-argo-lint-"));
    try {
      writeFileSync(join(folder, "c.yaml"), stringify(broken[2]));
      const options = { folder, next: 0, now: new Date(0) };
      const rules = async (more: { argo?: string }): Promise<string[]> =>
        (await lintFiles(["c.yaml"], { ...options, ...more })).diagnostics.map(
          ({ rule, severity }) => `${severity} ${rule}`,
        );
      assert.deepEqual(await rules({}), ["error reference"]);
      assert.deepEqual(await rules({ argo: ARGO }), ["error argo"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says nothing of what an event fills in", async function () {
    if (ARGO === undefined) this.skip();
    const template = { name: "x", container: { image: "i" } };
    const run = (spec: object): unknown => ({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { generateName: "a-" },
      spec: { entrypoint: "x", templates: [template], ...spec },
    });
    const parameter = { name: "p", value: FILLED_IN_LATER };
    const { diagnostics = [] } = await argoLint(ARGO, [
      run({ arguments: { parameters: [parameter] } }),
      run({ arguments: { parameters: [parameter] }, entrypoint: "gone" }),
      run({ arguments: { parameters: [{ ...parameter, enum: ["a", "b"] }] } }),
      run({ parallelism: FILLED_IN_LATER }),
      run({ entrypoint: FILLED_IN_LATER }),
    ]);
    assert.deepEqual(diagnostics.map(({ object, isBeyond }) => [object, isBeyond]).sort(), [
      [1, false],
      [2, true],
      [3, true],
      [4, true],
    ]);
  });

  it("is said to be missing where there is no such program, or one of another version", async () => {
    assert.match((await argoLint("/no/such/argo", broken)).missing ?? "", /cannot be run/);
    assert.match((await argoLint("true", broken)).missing ?? "", /version unknown/);
  });
});

describe("argo lint and the collection of small workflows", () => {
  it("agree as the collection says", function () {
    if (ARGO === undefined) {
      console.log("      skipped: GOURMETGRAM_ARGO names no program argo of Argo Workflows 3.7.18");
      this.skip();
    }
    this.timeout(120_000);
    const others = collection().filter(
      ({ argo, objects }) => argo !== (complaints(ARGO, objects) === "" ? "accepts" : "refuses"),
    );
    assert.deepEqual(
      others.map(({ title }) => title),
      [],
    );
  });
});

describe("lint of a workflow with all that the model can say", () => {
  it("finds nothing wrong, and leaves nothing out", () => {
    assert.deepEqual(lint([everyKind()], { closed: true, production: true }), []);
  });
});
