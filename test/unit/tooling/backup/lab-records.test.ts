import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FORMAT } from "../../../../tooling/backup/file/header";
import { checkBackup, findBackup, unlocked } from "../../../../tooling/backup/file/reader";
import { BackupWriter } from "../../../../tooling/backup/file/writer";
import { backUpLab } from "../../../../tooling/backup/labs/back-up-lab";
import { LabRecords, missingText } from "../../../../tooling/backup/labs/lab-records";
import { FakeAccess } from "./fake-access";
import { quickKeys } from "./quick-keys";

const ABOUT = { created: "2026-01-02T03:04:05Z", project: "0.2.0" };
const SILENT = { report: () => undefined };

/** A lab of a student, which breaks at something that is done to it. */
async function labOf(student: string, breaksAt?: string): Promise<FakeAccess> {
  const access = await FakeAccess.start();
  Object.assign(access, { student });
  access.artifacts.set("1/abc/artifacts/text", Buffer.from("text"));
  access.before = (what) => {
    if (what === breaksAt) throw new Error(`${what} of ${student} failed`);
  };
  return access;
}

describe("backup: a class with a lab that is broken", function () {
  this.timeout(120_000);
  quickKeys();
  let folder: string;
  const opened: FakeAccess[] = [];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
  });
  after(async () => {
    for (const each of opened) await each.stop();
    rmSync(folder, { recursive: true });
  });

  for (const part of ["dump", "git"]) {
    it(`goes on with the others, and the file is whole: ${part}`, async () => {
      const target = join(folder, `${part}.backup`);
      const writer = await BackupWriter.open(target, "right", ABOUT);
      const labs = new LabRecords(true);
      for (const [student, breaksAt] of [["alice"], ["bob", part], ["carol"]] as const) {
        await labs.take(student, async () => {
          const lab = await labOf(student, breaksAt);
          opened.push(lab);
          return backUpLab(lab, writer, SILENT);
        });
      }
      labs.requireSome();
      await writer.finish({
        ...{ format: FORMAT, id: "one", ...ABOUT, name: "course", kind: "class", labs: labs.taken },
        ...{ settings: [], notIncluded: [] },
      });
      const manifest = await checkBackup(await unlocked(await findBackup(target), "right"));
      assert.deepEqual(
        manifest.labs.map(({ student }) => student),
        ["alice", "carol"],
      );
      assert.equal(missingText(labs.missing), `bob could not be backed up: ${part} of bob failed`);
      for (const student of ["alice", "carol"]) {
        const files = manifest.files.filter(({ path }) => path.startsWith(`labs/${student}/`));
        assert.deepEqual(
          files.map(({ path }) => path.split("/")[2]),
          ["database", "artifacts", "repositories", "repositories"],
        );
      }
    });
  }

  it("ends at once where everybody was asked for, and tells the reason", async () => {
    const labs = new LabRecords(false);
    await assert.rejects(
      labs.take("bob", () => Promise.reject(new Error("there is no stack course-bob"))),
      /^Error: there is no stack course-bob$/,
    );
    assert.deepEqual(labs.missing, []);
  });

  it("is no backup where none of them can be backed up, and each reason is told", async () => {
    const labs = new LabRecords(true);
    for (const name of ["alice", "bob"])
      await labs.take(name, () => Promise.reject(new Error(`${name} is down`)));
    assert.throws(() => labs.requireSome(), {
      message: "alice could not be backed up: alice is down\nbob could not be backed up: bob is down",
    });
  });
});
