import assert from "node:assert/strict";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { BACKUP_DEADLINE } from "../../../../components/backup";
import type { BackupTarget } from "../../../../stacks";
import { checkBackup, findBackup, unlocked } from "../../../../tooling/backup/file/reader";
import { ABANDONED, backUpAll, type BackUpAllOptions } from "../../../../tooling/backup/schedule/back-up-all";
import { type Bucket, copyTo } from "../../../../tooling/backup/schedule/bucket";
import { backupName, type RemoteFile, stackOf } from "../../../../tooling/backup/schedule/kept-files";
import { FakeAccess } from "./fake-access";
import { quickKeys } from "./quick-keys";

/** A bucket that is not S3's: `images/backup/tests` has the program that talks to S3. */
class MemoryBucket implements Bucket {
  readonly address = "s3://bucket";
  readonly files = new Map<string, number>();
  list = (): Promise<RemoteFile[]> =>
    Promise.resolve([...this.files].map(([name, bytes]) => ({ name, bytes })));
  put = (path: string): Promise<void> => {
    this.files.set(basename(path), statSync(path).size);
    return Promise.resolve();
  };
  remove = (name: string): Promise<void> => {
    this.files.delete(name);
    return Promise.resolve();
  };
}

describe("backup: all labs on a schedule", () => {
  quickKeys();
  let folder: string;
  let lab: FakeAccess;
  let log: string[];
  let warnings: string[];
  /** The stacks that cannot be opened, with the number of times. */
  let broken: Map<string, number>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    lab = await FakeAccess.start();
    log = [];
    warnings = [];
    broken = new Map();
  });
  afterEach(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true });
  });

  const target = (stack: string, student: string | null): BackupTarget => ({
    ...{ stack, student, registryUser: null, registryPassword: null, outputs: lab.outputs },
  });
  const options = (more: Partial<BackUpAllOptions> = {}): BackUpAllOptions => ({
    folder,
    passphrase: "several words",
    keep: 1,
    open: ({ stack, student }) => {
      const left = broken.get(stack) ?? 0;
      broken.set(stack, left - 1);
      if (left > 0) return Promise.reject(new Error("no pod is ready"));
      // The members of the class are on its prototype.
      return Promise.resolve(
        Object.create(lab, { stack: { value: stack }, student: { value: student } }) as FakeAccess,
      );
    },
    tell: (line) => log.push(line),
    warn: (line) => warnings.push(line),
    signal: new AbortController().signal,
    pause: 1,
    ...more,
  });
  const stacksIn = (): (string | undefined)[] => readdirSync(folder).sort().map(stackOf);

  it("are in a file each, which can be read, and take the place of older ones", async () => {
    writeFileSync(join(folder, "course-alice-20260101T000000Z.backup"), "old");
    writeFileSync(join(folder, "course-zoe-20260101T000000Z.backup"), "of a student who has left");
    const failed = await backUpAll([target("course-alice", "alice"), target("lab", null)], options());

    assert.deepEqual(failed, []);
    assert.deepEqual(stacksIn(), ["course-alice", "course-zoe", "lab"]);
    const kinds = [];
    for (const file of readdirSync(folder).filter((name) => !name.includes("zoe"))) {
      const found = await unlocked(await findBackup(join(folder, file)), "several words");
      const { kind, name, labs, settings } = await checkBackup(found);
      kinds.push([kind, name, labs.map(({ student }) => student), settings]);
    }
    assert.deepEqual(kinds, [
      ["class", "course-alice", ["alice"], []],
      ["lab", "lab", [null], []],
    ]);
    assert.match(log.join("\n"), /^course-alice: removed course-alice-20260101T000000Z\.backup$/m);
    assert.doesNotMatch(log.join("\n"), /several words/);
  });

  it("keep the backups of one that fails twice, and go on with the others", async () => {
    const old = join(folder, "a-20260101T000000Z.backup");
    writeFileSync(old, "old");
    writeFileSync(join(folder, "a-20250101T000000Z.backup"), "older");
    broken.set("a", 2);
    assert.deepEqual(await backUpAll([target("a", "a"), target("b", "b")], options()), [
      { stack: "a", reason: "no pod is ready" },
    ]);
    assert.deepEqual(stacksIn(), ["a", "a", "b"]);
    assert.equal(readFileSync(old, "utf8"), "old");
    assert.equal(log.filter((line) => line === "a: failed: no pod is ready").length, 2);
  });

  it("are copied to the bucket, also those that an earlier time has not, and are as many there", async () => {
    const missed = "a-20260101T000000Z.backup";
    writeFileSync(join(folder, missed), "not copied yet");
    writeFileSync(join(folder, "b-20260101T000000Z.backup"), "another stack's");
    const bucket = new MemoryBucket();
    for (const old of ["a-20250101T000000Z.backup", "b-20250101T000000Z.backup"]) bucket.files.set(old, 3);
    assert.deepEqual(await backUpAll([target("a", null)], options({ bucket, keep: 2 })), []);
    const [made = ""] = readdirSync(folder).filter((name) => stackOf(name) === "a" && name !== missed);
    assert.deepEqual([...bucket.files.keys()].sort(), [missed, made, "b-20250101T000000Z.backup"].sort());
    assert.match(log.join("\n"), /^a: removed a-20250101T000000Z\.backup from s3:\/\/bucket$/m);
    // What is there already is not sent again.
    bucket.put = () => Promise.reject(new Error("no"));
    await copyTo(bucket, { folder, stack: "a", keep: 2, spared: [], tell: () => undefined });
  });

  it("stay on the volume where the bucket refuses, and are not written again", async () => {
    const bucket = new MemoryBucket();
    let tries = 0;
    bucket.put = () => {
      tries += 1;
      return Promise.reject(new Error("s3://bucket: AccessDenied"));
    };
    const failed = await backUpAll([target("a", null)], options({ bucket }));
    assert.deepEqual(failed, [{ stack: "a", reason: "s3://bucket: AccessDenied" }]);
    assert.equal(tries, 2);
    assert.deepEqual(stacksIn(), ["a"]);
  });

  it("stay where the clock was ahead for the one before, on the volume and in the bucket", async () => {
    const ahead = "a-29990101T000000Z.backup";
    writeFileSync(join(folder, ahead), "of a clock that was ahead");
    const bucket = new MemoryBucket();
    bucket.files.set(ahead, 25);
    assert.deepEqual(await backUpAll([target("a", null)], options({ bucket })), []);
    const [made = "", ...others] = readdirSync(folder);
    assert.deepEqual([others, made === ahead], [[], false]);
    await checkBackup(await unlocked(await findBackup(join(folder, made)), "several words"));
    assert.deepEqual([...bucket.files.keys()], [made]);
  });

  describe("of a lab that has lost files of models", () => {
    const path = (version: string): string => `1/models/m-${version}/artifacts`;
    const file = (version: string): string => `${path(version)}/model.pth`;
    /** Writes a backup at a day of January, of the versions that have files. */
    async function backUpAt(day: number, versions: readonly string[], more: Partial<BackUpAllOptions> = {}) {
      lab.artifacts.clear();
      for (const each of versions) lab.artifacts.set(file(each), Buffer.from(each));
      warnings = [];
      const before = readdirSync(folder);
      assert.deepEqual(await backUpAll([target("a", null)], options({ keep: 2, ...more })), []);
      const made = readdirSync(folder).find((each) => !before.includes(each)) ?? "";
      const name = nameOf(day);
      renameSync(join(folder, made), join(folder, name));
    }
    const nameOf = (day: number): string => backupName("a", new Date(Date.UTC(2026, 0, day)));

    beforeEach(() => {
      const sources = ["1", "2"].map((each) => ({ version: `Food ${each}`, path: path(each) }));
      lab.data = { ...lab.data, sources: [...sources, { version: "Food 3", path: null }] };
    });

    it("stay as long as they have files that the newest one lacks, and it is told each time", async () => {
      await backUpAt(1, ["1", "2"]);
      await backUpAt(2, ["1", "2"]);
      assert.deepEqual(warnings, []);
      for (const day of [3, 4, 5]) {
        await backUpAt(day, ["1"]);
        assert.deepEqual(readdirSync(folder).sort(), [nameOf(2), nameOf(day)]);
        assert.deepEqual(warnings, [
          `a: MLflow has no file of Food 2 any more; not removed, because they may be in it: ${nameOf(2)}`,
        ]);
      }
    });

    it("stay beside the newest where one is kept, in the bucket too", async () => {
      const bucket = new MemoryBucket();
      await backUpAt(1, ["1", "2"], { bucket, keep: 1 });
      bucket.files.clear();
      await backUpAt(2, [], { bucket, keep: 1 });
      assert.deepEqual(readdirSync(folder).sort(), [nameOf(1), nameOf(2)]);
      assert.equal(bucket.files.size, 2);
      assert.match(warnings.join(), /no file of Food 1, Food 2 any more/);
    });

    it("stay where nobody can read them", async () => {
      await backUpAt(1, ["1", "2"], { passphrase: "another one" });
      await backUpAt(2, ["1"], { keep: 1 });
      assert.deepEqual(readdirSync(folder).sort(), [nameOf(1), nameOf(2)]);
    });

    it("go as ever where none of them has the files", async () => {
      for (const day of [1, 2, 3]) await backUpAt(day, ["1"]);
      assert.deepEqual(readdirSync(folder).sort(), [nameOf(2), nameOf(3)]);
      assert.deepEqual(warnings, []);
    });
  });

  it("end without what an earlier job has left that was killed", async () => {
    for (const [name, hours] of [
      ["a.backup.partial", 7],
      ["b.backup.partial", 5],
    ] as const) {
      writeFileSync(join(folder, name), "");
      const then = new Date(Date.now() - hours * 3_600_000);
      utimesSync(join(folder, name), then, then);
    }
    await backUpAll([], options());
    assert.deepEqual(readdirSync(folder), ["b.backup.partial"]);
    // Of a job that still runs nothing is taken.
    assert.ok(ABANDONED > BACKUP_DEADLINE * 1000);
  });

  it("are tried a second time", async () => {
    broken.set("a", 1);
    assert.deepEqual(await backUpAll([target("a", null)], options()), []);
    assert.deepEqual(stacksIn(), ["a"]);
  });

  it("end with the signal, and leave no unfinished file", async () => {
    const controller = new AbortController();
    lab.before = () => controller.abort(new Error("stopped"));
    await assert.rejects(
      backUpAll([target("a", null), target("b", null)], options({ signal: controller.signal })),
      /stopped/,
    );
    assert.deepEqual(readdirSync(folder), []);
  });
});
