import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { trainingManifests } from "../../../../components/training-manifests";

/** The program `argo`, as the embedded lab builds it. */
const ARGO = process.env["GOURMETGRAM_ARGO"];

describe("argo lint", () => {
  it("finds nothing wrong in the lab's workflows", function () {
    if (ARGO === undefined) {
      console.log("      skipped: GOURMETGRAM_ARGO names no program argo of Argo Workflows 3.7.18");
      this.skip();
    }
    const manifests = trainingManifests({
      namespace: "lab",
      trainingImage: `registry/train@sha256:${"0".repeat(64)}`,
      imagePullSecret: "pull",
      mlflowUrl: "http://mlflow",
      serviceAccounts: { train: "train", triggerBuild: "trigger", build: "build" },
      schedule: "0 2 * * *",
      timezone: "UTC",
      suspended: false,
      deadlineSeconds: 3600,
    });
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-argo-lint-"));
    try {
      for (const [name, manifest] of Object.entries(manifests)) {
        writeFileSync(join(folder, `${name}.yaml`), stringify(manifest));
      }
      const { status, stdout, stderr } = spawnSync(ARGO, ["lint", "--offline", "--strict", folder], {
        encoding: "utf8",
        // No cluster: it must not look for one.
        env: { PATH: process.env["PATH"] ?? "", HOME: folder },
      });
      assert.equal(status, 0, `${stdout}${stderr}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
