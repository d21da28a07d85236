import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { prove } from "../../../../components/argo/proof";
import { trainingManifests } from "../../../../components/training-manifests";
import { TRAINING_ARGS } from "../../../support/training";
import { everyKind } from "../every-kind";

/** The program `argo`, as the embedded lab builds it. */
const ARGO = process.env["GOURMETGRAM_ARGO"];

/** Fails if `argo lint` finds something in the objects. */
function assertLintFree(argo: string, manifests: readonly unknown[]): void {
  const folder = mkdtempSync(join(tmpdir(), "gourmetgram-argo-lint-"));
  try {
    manifests.forEach((manifest, index) => writeFileSync(join(folder, `${index}.yaml`), stringify(manifest)));
    const { status, stdout, stderr } = spawnSync(argo, ["lint", "--offline", "--strict", folder], {
      encoding: "utf8",
      // No cluster: it must not look for one.
      env: { PATH: process.env["PATH"] ?? "", HOME: folder },
    });
    assert.equal(status, 0, `${stdout}${stderr}`);
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
    assertLintFree(argo, Object.values(manifests));
  });

  it("finds nothing wrong in a workflow with all that the model can say", () => {
    assertLintFree(argo, [everyKind()]);
  });
});

describe("proof of a workflow with all that the model can say", () => {
  it("finds nothing wrong, and leaves nothing out", () => {
    assert.deepEqual(prove([everyKind()], { closed: true, house: true }), []);
  });
});
