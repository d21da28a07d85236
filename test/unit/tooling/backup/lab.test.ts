import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT } from "../../../../tooling/backup/file/header";
import type { LabRecord, Manifest } from "../../../../tooling/backup/file/manifest";
import { type BackupFile, checkBackup, findBackup, unlocked } from "../../../../tooling/backup/file/reader";
import { BackupWriter } from "../../../../tooling/backup/file/writer";
import { backUpLab } from "../../../../tooling/backup/labs/back-up-lab";
import { obstacles, restoreLabs } from "../../../../tooling/backup/labs/restore-lab";
import { FakeAccess } from "./fake-access";
import { quickKeys } from "./quick-keys";

const SILENT = { report: () => undefined };
const ABOUT = { created: "2026-01-02T03:04:05Z", project: "0.2.0" };
/** What precedes the digest of an image that the registry has not, and of one at an address from before. */
const [GONE, ELSEWHERE] = [
  "localhost:30500/gourmetgram-app@sha256:",
  "localhost:5000/gourmetgram-app@sha256:",
];
const EMPTYING = "npm run down";
const MODEL = Buffer.alloc(9_000_000, "model ");

describe("backup: a lab", function () {
  this.timeout(180_000);
  quickKeys();
  let folder: string;
  let file: BackupFile;
  let manifest: Manifest;
  let old: FakeAccess;
  let fresh: FakeAccess;
  let app: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    old = await FakeAccess.start();
    app = old.push("gourmetgram-app", "app config", "shared layer", "app layer");
    const train = old.push("gourmetgram-train", "train config", "shared layer");
    old.push("gourmetgram-app", "named by nothing");
    const [image, trainingImage] = [
      `localhost:30500/gourmetgram-app@${app}`,
      `localhost:30500/gourmetgram-train@${train}`,
    ];
    old.data = {
      ...old.data,
      runs: 3,
      unfinished: 1,
      models: 1,
      versions: 2,
      staging: "2",
      images: [image, trainingImage, ...[GONE, ELSEWHERE].map((each) => each + "f".repeat(64)), "unknown"],
      sources: [
        { version: "Food 1", path: "1/models/m-1/artifacts" },
        { version: "Food 2", path: "1/models/m-2/artifacts" },
        { version: "Food 3", path: null },
      ],
    };
    old.artifacts.set("1/models/m-1/artifacts/data/model ü.pth", MODEL);
    old.artifacts.set("1/models/m-1/artifacts/empty", Buffer.of());
    old.artifacts.set("1/abc/artifacts/a#b?.txt", Buffer.from("text"));
    old.commit("gourmetgram.git", "main", "mine");
    old.commit("gourmetgram-train.git", "mlops", "my training");
    old.release = { modelVersion: "2", image, commit: "abc", trainingImage, workflow: "build-1" };

    const path = join(folder, "lab.backup");
    const writer = await BackupWriter.open(path, "right", ABOUT);
    const record = await backUpLab(old, writer, SILENT);
    await writer.finish({
      ...{ format: FORMAT, id: "one", ...ABOUT, name: "embedded", kind: "lab", labs: [record] },
      ...{ settings: [], notIncluded: [] },
    });
    file = await unlocked(await findBackup(path), "right");
    manifest = await checkBackup(file);
  });
  after(async () => {
    await old.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    fresh = await FakeAccess.start("registry.kube-system.svc:5000");
  });
  afterEach(() => fresh.stop());

  const record = (): LabRecord => manifest.labs[0] as LabRecord;

  async function restore(): Promise<void> {
    const targets = [{ record: record(), stack: { stack: "embedded", student: null } }];
    await restoreLabs(file, manifest, targets, (_, work) => work(fresh), SILENT);
  }

  const problems = (lab = fresh, of = record()): Promise<string[]> => obstacles(lab, of, manifest, EMPTYING);

  it("says what is in it, and what somebody who trusts it has to know", () => {
    const { database, artifacts, repositories, images, serving, notes } = record();
    assert.deepEqual([database.runs, database.versions, artifacts.files], [3, 2, 3]);
    assert.equal(artifacts.bytes, MODEL.length + 4);
    assert.deepEqual(Object.keys(repositories[0]?.references ?? {}), [
      "refs/heads/course",
      "refs/heads/main",
    ]);
    assert.deepEqual(
      images.map(({ repository, blobs }) => `${repository} ${blobs.length}`),
      ["gourmetgram-app 3", "gourmetgram-train 2"],
    );
    assert.equal(serving?.modelVersion, "2");
    assert.deepEqual(notes, [
      "Food 2: MLflow has no file of it",
      "Food 3: its files are not among MLflow's own artifacts",
      `not included, because it is not at the registry's address localhost:30500: ${ELSEWHERE}${"f".repeat(64)}`,
      `the registry has no gourmetgram-app@sha256:${"f".repeat(64)}, which a run or a model version names`,
    ]);
  });

  it("copies the database before the artifacts, which its rows name", () => {
    const paths = manifest.files.map(({ path }) => path);
    assert.equal(paths[0], "labs/lab/database");
    assert.match(paths[1] ?? "", /^labs\/lab\/artifacts/);
    assert.equal(paths.filter((path) => path.includes("/blobs/")).length, 4, "a layer of two images once");
  });

  it("changes nothing", () => {
    assert.deepEqual([...new Set(old.done)], ["dump", "git"]);
  });

  it("is the same after a restore into a lab with another address of its registry", async () => {
    await restore();
    assert.deepEqual(fresh.artifacts, old.artifacts);
    for (const name of ["gourmetgram.git", "gourmetgram-train.git"]) {
      assert.deepEqual(fresh.branches(name), old.branches(name));
    }
    const image = `registry.kube-system.svc:5000/gourmetgram-app@${app}`;
    assert.equal(fresh.data.runs, 3);
    assert.equal(fresh.data.images[0], image);
    assert.equal(fresh.release?.image, image);
    assert.equal(fresh.release?.workflow, "build-1");
    assert.deepEqual([...fresh.manifests.keys()].sort(), named(old));
    assert.equal(fresh.marked, null);
    assert.deepEqual(await problems(old), [
      "embedded has data, which would be lost: 3 runs, 1 registered models, 3 artifacts, the branch main, the branch mlops, model version 2 in staging\n  remedy: npm run down",
    ]);
  });

  const named = (lab: FakeAccess): string[] =>
    [...lab.manifests.keys()]
      .filter((key) => record().images.some(({ digest }) => key.endsWith(digest)))
      .sort();

  it("restarts MLflow once its database is another, and the git server at the end", async () => {
    await restore();
    const kinds = fresh.done
      .filter((each) => /restart|serve|mark|restore/.test(each))
      .map((each) => each.split(" ")[0]);
    assert.deepEqual(kinds, ["mark", "restore", "restart", "restart", "serve", "mark"]);
    assert.ok(
      fresh.done.includes("mount gourmetgram-train"),
      "a layer that is there already is not sent again",
    );
  });

  for (const [number, where] of [
    "restore database",
    "restart mlflow",
    "store 1/models/m-1/artifacts/data/model ü.pth",
    "git",
    "blob of gourmetgram-app",
    "manifest of gourmetgram-app",
    "serve 2",
    "mark nothing",
  ].entries()) {
    it(`can be restored again where a restore has ended before: ${where}`, async () => {
      fresh.before = (what) => {
        if (what.startsWith(where)) throw new Error("the connection was lost");
      };
      await assert.rejects(restore(), /connection was lost|answered 500/);
      // The database first.
      assert.equal(fresh.data.runs, number === 0 ? 0 : 3);
      fresh.before = () => undefined;
      assert.deepEqual(await problems(), []);
      await restore();
      assert.deepEqual(fresh.artifacts, old.artifacts);
      assert.equal(fresh.release?.modelVersion, "2");
      assert.equal(fresh.marked, null);
    });
  }

  it("is not restored again over work that came after a restore that did not end", async () => {
    fresh.before = (what) => {
      if (what.startsWith("serve")) throw new Error("staging does not serve");
    };
    await assert.rejects(restore(), /does not serve/);
    fresh.before = () => undefined;
    const restored = fresh.data;
    fresh.data = { ...restored, runs: 4 };
    for (let step = 1; step <= 4; step += 1) fresh.artifacts.set(`1/new/artifacts/${step}`, Buffer.of());
    fresh.commit("gourmetgram.git", "mine", "work");
    assert.deepEqual(await problems(), [
      "a restore was begun in embedded and did not end, and since then there is work that it would delete: 4 runs, not 3, " +
        "the artifact 1/new/artifacts/1, the artifact 1/new/artifacts/2, the artifact 1/new/artifacts/3, " +
        "the artifact 1/new/artifacts/4, and 1 more\n  remedy: keep the lab as it is, or npm run down",
    ]);
    fresh.data = restored;
    for (let step = 1; step <= 4; step += 1) fresh.artifacts.delete(`1/new/artifacts/${step}`);
    assert.match((await problems()).join(), /would delete: the branch mine\n/);
    fresh.commit("gourmetgram.git", "main", "more work");
    assert.match((await problems()).join(), /would delete: the branch main, the branch mine\n/);
  });

  it("can be restored again where the database was being exchanged", async () => {
    fresh.marked = "one";
    const { database } = fresh;
    const failing = (reason: string): void =>
      void Object.assign(fresh, { database: () => Promise.reject(new Error(reason)) });
    failing('FATAL:  database "mlflow" is not currently accepting connections');
    assert.deepEqual(await problems(), []);
    failing('FATAL:  database "mlflow" does not exist');
    assert.deepEqual(await problems(), []);
    failing("no pod is ready");
    await assert.rejects(problems(), /no pod is ready/);
    Object.assign(fresh, { database });
  });

  it("is whole in a lab in which a schedule has started a run meanwhile", async () => {
    fresh.before = (what) => {
      if (what.startsWith("serve")) fresh.data = { ...fresh.data, runs: 4 };
    };
    await restore();
    assert.equal(fresh.marked, null);
  });

  it("is not whole in a lab that has less", async () => {
    fresh.before = (what) => {
      if (what.startsWith("serve")) fresh.data = { ...fresh.data, runs: 2, staging: null };
    };
    await assert.rejects(restore(), /runs: 2, not 3; staging: none, not 2/);
  });

  it("is taken by an empty lab", async () => {
    assert.deepEqual(await problems(), []);
  });

  it("is not taken by a lab with data of any kind", async () => {
    fresh.data = { ...fresh.data, runs: 1 };
    assert.match(
      (await problems()).join(),
      /has data, which would be lost: 1 runs\n {2}remedy: npm run down/,
    );
    fresh.data = { ...fresh.data, runs: 0 };
    fresh.commit("gourmetgram.git", "mine", "work");
    assert.match((await problems()).join(), /lost: the branch mine\n/);
  });

  it("is not taken by a lab that another backup was half restored into", async () => {
    fresh.marked = "another";
    assert.match(
      (await problems()).join(),
      /restore of another backup was begun in embedded and did not end/,
    );
  });

  it("is not taken by another Postgres or an older MLflow, with all that is wrong at once", async () => {
    fresh.data = { ...fresh.data, postgres: 17, runs: 2 };
    fresh.mlflowVersion = "3.16.0";
    const [data, postgres, mlflow] = await problems();
    assert.match(data ?? "", /2 runs/);
    assert.match(
      postgres ?? "",
      /is of Postgres 15, and the lab has Postgres 17\n {2}remedy: .*postgresImage/,
    );
    assert.match(
      mlflow ?? "",
      /is of MLflow 3\.17\.2, and the lab has MLflow 3\.16\.0\n {2}remedy: use the version/,
    );
  });

  it("is taken by a later MLflow of the same major version alone", async () => {
    fresh.mlflowVersion = "3.18.0";
    assert.deepEqual(await problems(), []);
    fresh.mlflowVersion = "4.0.0";
    assert.match((await problems()).join(), /MLflow 4\.0\.0/);
  });

  it("tells what is not there after a restore", async () => {
    const take = fresh.artifacts.set.bind(fresh.artifacts);
    fresh.artifacts.set = (path, content) => (path.endsWith(".pth") ? fresh.artifacts : take(path, content));
    await assert.rejects(
      restore(),
      /after the restore of embedded: the artifact 1\/models\/m-1\/artifacts\/data\/model ü\.pth/,
    );
    assert.equal(fresh.marked, "one");
  });

  it("is not made of a database whose dump has failed", async () => {
    const run = old.database;
    Object.assign(old, {
      database: async (command: readonly string[], options?: Parameters<typeof run>[1]) =>
        (await run(command, options)).replace("DUMPED", "pg_dump: error: out of room"),
    });
    const writer = await BackupWriter.open(join(folder, "failed"), "right", ABOUT);
    try {
      await assert.rejects(backUpLab(old, writer, SILENT), /pg_dump failed: .*out of room/s);
    } finally {
      await writer.abort();
      Object.assign(old, { database: run });
    }
  });
});
