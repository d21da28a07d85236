import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT } from "../../../../tooling/backup/file/header";
import type { Manifest } from "../../../../tooling/backup/file/manifest";
import { type BackupFile, findBackup, unlocked } from "../../../../tooling/backup/file/reader";
import { BackupWriter } from "../../../../tooling/backup/file/writer";
import { backUpLab } from "../../../../tooling/backup/labs/back-up-lab";
import { obstacles, restoreLabs } from "../../../../tooling/backup/labs/restore-lab";
import { FakeAccess } from "./fake-access";
import { quickKeys } from "./quick-keys";

const ABOUT = { created: "2026-01-02T03:04:05Z", project: "0.2.0" };
const SILENT = { report: () => undefined };
const STUDENTS = ["alice", "bob"] as const;

describe("restore: a class", function () {
  this.timeout(120_000);
  quickKeys();
  let folder: string;
  let file: BackupFile;
  let manifest: Manifest;
  let fresh: Readonly<Record<string, FakeAccess>>;
  const opened: FakeAccess[] = [];

  async function labOf(student: string): Promise<FakeAccess> {
    const lab = Object.assign(await FakeAccess.start(), { student });
    opened.push(lab);
    return lab;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    const path = join(folder, "course.backup");
    const writer = await BackupWriter.open(path, "right", ABOUT);
    const labs = [];
    for (const student of STUDENTS) {
      const lab = await labOf(student);
      lab.data = { ...lab.data, runs: 3 };
      lab.artifacts.set("1/abc/artifacts/text", Buffer.from(student));
      labs.push(await backUpLab(lab, writer, SILENT));
    }
    manifest = await writer.finish({
      ...{ format: FORMAT, id: "one", ...ABOUT, name: "course", kind: "class", labs },
      ...{ settings: [], notIncluded: [] },
    });
    file = await unlocked(await findBackup(path), "right");
  });
  beforeEach(async () => {
    fresh = { alice: await labOf("alice"), bob: await labOf("bob") };
  });
  after(async () => {
    for (const each of opened) await each.stop();
    rmSync(folder, { recursive: true });
  });

  const lab = (student: string | null): FakeAccess => fresh[student ?? ""] as FakeAccess;

  async function restore(): Promise<void> {
    const targets = manifest.labs.map((record) => {
      const { student } = record;
      return { record, stack: { stack: record.stack, student } };
    });
    await restoreLabs(file, manifest, targets, ({ student }, work) => work(lab(student)), SILENT);
  }

  it("is continued by the same command, and leaves alone who was restored before", async () => {
    lab("bob").before = (what) => {
      if (what === "store 1/abc/artifacts/text") throw new Error("the connection was lost");
    };
    await assert.rejects(restore(), /answered 500/);
    assert.deepEqual([lab("alice").marked, lab("bob").marked], ["one done", "one"]);

    lab("bob").before = () => undefined;
    lab("alice").data = { ...lab("alice").data, runs: 4 };
    lab("alice").commit("gourmetgram.git", "mine", "work");
    for (const record of manifest.labs) {
      assert.deepEqual(await obstacles(lab(record.student), record, manifest, "npm run down"), []);
    }
    await restore();
    assert.deepEqual([lab("alice").marked, lab("bob").marked], [null, null]);
    assert.equal(lab("alice").data.runs, 4);
    assert.ok(lab("alice").branches("gourmetgram.git").includes("mine work"));
    assert.equal(lab("bob").artifacts.get("1/abc/artifacts/text")?.toString(), "bob");
  });

  it("leaves no mark where all is restored", async () => {
    await restore();
    assert.deepEqual([lab("alice").marked, lab("bob").marked], [null, null]);
    assert.equal(lab("alice").artifacts.get("1/abc/artifacts/text")?.toString(), "alice");
  });
});
