import assert from "node:assert/strict";
import type { ApiServer } from "./support/api-server";
import { onServerWithProject, Project, targets } from "./support/project";

/** Only what an API server without nodes can bring up: no pod runs here, so no Deployment or Service gets ready. */
const TARGETS = targets([
  "**:Ownership::*",
  "**RandomPassword::ownership-id",
  "**:PlatformNamespace::platform",
  "**Namespace::platform-namespace",
  "**:Mlflow::*",
  "**PersistentVolumeClaim::mlflow-artifacts",
  "**:AppRepository::*",
  "**PersistentVolumeClaim::app-repository-data",
  "**:LocalRegistry::*",
  "**PersistentVolumeClaim::registry-data",
]);

describe("a setting that would delete data, with the real engine and API server", function () {
  this.timeout(400_000);
  let server: ApiServer;
  let project: Project;

  onServerWithProject(async (on) => {
    ({ server, project } = on);
    await project.make("lab");
    const { all, exitCode } = await project.up("lab", ...TARGETS);
    assert.equal(exitCode, 0, all);
  });

  /** Names and identities of all claims. */
  const claims = async (): Promise<string> =>
    server.kubectl(
      "get",
      "pvc",
      "-A",
      "-o",
      'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}',
    );

  for (const [title, settings, refused] of [
    [
      "another class, a smaller volume and an external repository, all at once",
      {
        storageClass: "fast",
        mlflowStorage: "1Gi",
        appRepositoryUrl: "https://git.example.org/app.git",
      },
      ["storageClass is fast", "mlflowStorage is 1Gi", "appRepositoryUrl is set"],
    ],
    [
      "artifacts and images elsewhere",
      { mlflowArtifactRoot: "s3://bucket/path", externalRegistry: "registry.example.org/lab" },
      ["mlflowArtifactRoot is set", "externalRegistry is set"],
    ],
    ["another namespace", { namespace: "other" }, ["namespace is other"]],
  ] as [string, Record<string, string>, string[]][]) {
    it(`is refused, and no claim is touched: ${title}`, async () => {
      const before = await claims();
      assert.equal(before.split("\n").filter((line) => line !== "").length, 3, before);
      await project.set("lab", settings);
      for (const command of [["preview"], ["up", "--yes", "--skip-preview", ...TARGETS]]) {
        const { all, exitCode } = await project.pulumi(...command, "--stack", "lab");
        assert.notEqual(exitCode, 0, all);
        for (const each of refused) assert.match(all, new RegExp(`gourmetgram:${each}, but the claim`));
        assert.match(all, /Nothing has been created or changed/);
      }
      assert.equal(await claims(), before);
      for (const key of Object.keys(settings)) {
        await project.pulumi("config", "rm", `gourmetgram:${key}`, "--stack", "lab");
      }
    });
  }

  it("leaves the lab as it was: an up with the settings from before changes no claim", async () => {
    const before = await claims();
    const { all, exitCode } = await project.up("lab", ...TARGETS);
    assert.equal(exitCode, 0, all);
    assert.equal(await claims(), before);
  });
});
