import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lossesBetween, surveyOf, type Surveyed } from "../../../../tooling/verify/survey/survey";

const MODEL = { name: "m", alias: "development", stagingAlias: "staging" } as const;
const digest = (hex: string): RegExp => new RegExp(`^sha256:${hex}`);

describe("verify: what a lab holds", () => {
  let folder: string;
  let commit: string;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      encoding: "utf8",
    }).trim();
  const commitAgain = (message: string): string => {
    git("commit", "--quiet", "--allow-empty", "--message", message);
    return git("rev-parse", "HEAD");
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-survey-"));
    git("init", "--quiet", "--initial-branch", "main");
    commit = commitAgain("one more");
  });

  after(() => rmSync(folder, { recursive: true }));

  const lab = (): Surveyed =>
    ({
      outputs: {
        registeredModel: MODEL,
        appRepository: { externalUrl: `file://${folder}` },
        trainRepository: null,
      },
      cluster: {
        core: {
          listSecretForAllNamespaces: ({ labelSelector }: { labelSelector: string }) => {
            assert.equal(labelSelector, "gourmetgram.dev/data");
            const metadata = { namespace: "lab", name: "postgres" };
            return Promise.resolve({ items: [{ metadata, data: { password: "aHVzaA==" } }] });
          },
        },
      },
      mlflow: {
        registryState: (_: string, alias: string) =>
          Promise.resolve({
            versions: [{ version: 3, runId: "r3" }],
            alias: alias === "staging" ? 2 : 3,
          }),
        tagsOf: () => Promise.resolve(new Map([["model_sha256", "abc"]])),
        runs: () => Promise.resolve([{ id: "r3", metrics: new Map([["accuracy", 1]]), tags: new Map() }]),
        listArtifacts: (path: string) =>
          Promise.resolve(
            path === ""
              ? [{ path: "models", isFolder: true }]
              : [{ path: "models/model.pth", isFolder: false }],
          ),
        getArtifact: () => Promise.resolve(Buffer.from("model")),
      },
      staging: { served: () => Promise.resolve(undefined) },
    }) as unknown as Surveyed;

  it("is told of each version, alias, run, artifact, commit and secret, contents by a digest", async () => {
    const survey = await surveyOf(lab());
    const {
      ["artifact models/model.pth"]: artifact,
      ["secret lab/postgres, password"]: secret,
      ...rest
    } = survey;
    assert.deepEqual(rest, {
      "version 3 of m": "made by run r3",
      "tag model_sha256 of version 3": "abc",
      "run r3": "1 metrics",
      "alias development": "3",
      "alias staging": "2",
      [`commit ${commit} on main of ${folder}`]: "one more",
      staging: "nothing serves",
    });
    assert.match(artifact ?? "", digest("9372c470eeadd5ecd9c3c74c2b3cb633f8e2f2fad799250a0f70d652b6b825e4"));
    assert.match(secret ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.doesNotMatch(JSON.stringify(survey), /aHVzaA|hush/);
  });

  it("is not lost by a commit on top of it, and is by one in its place", async () => {
    const before = await surveyOf(lab());
    commitAgain("two");
    assert.deepEqual(lossesBetween(before, await surveyOf(lab())), []);
    git("update-ref", "refs/heads/main", git("commit-tree", "-m", "other", "HEAD^{tree}"));
    const lost = lossesBetween(before, await surveyOf(lab()));
    assert.deepEqual(lost, [`commit ${commit} on main of ${folder} is gone: it was one more`]);
  });

  it("is lost where it is gone or another, and not where something came on top", () => {
    const before = { "alias staging": "2", "version 1": "made by run r1", staging: "version 2" };
    assert.deepEqual(lossesBetween(before, { ...before, "version 3": "made by run r3" }), []);
    assert.deepEqual(lossesBetween(before, { "alias staging": "3", staging: "version 2" }), [
      "alias staging is 3, and was 2",
      "version 1 is gone: it was made by run r1",
    ]);
  });
});
