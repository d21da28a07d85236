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
import { listBackups, readerOf } from "../../../../tooling/backup/schedule/fetch";
import {
  backupName,
  filesIn,
  prune,
  type RemoteFile,
  removePartial,
  shortOfRoom,
  stackOf,
  surplus,
} from "../../../../tooling/backup/schedule/kept-files";
import { FakeAccess } from "./fake-access";
import { quickKeys } from "./quick-keys";

const at = (text: string): Date => new Date(text);

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

describe("backup: the files of the schedule", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const files = (...names: readonly string[]): void => {
    for (const name of names) writeFileSync(join(folder, name), "");
  };

  it("are named after the stack and the second", () => {
    const name = backupName("course-al-ice", at("2026-01-02T03:04:05.678Z"));
    assert.equal(name, "course-al-ice-20260102T030405Z.backup");
    assert.equal(stackOf(name), "course-al-ice");
    for (const other of [`${name}.partial`, "course.backup", "../x-20260102T030405Z.backup", ""]) {
      assert.equal(stackOf(other), undefined, other);
    }
  });

  it("stay as long as they are among the newest of their stack", () => {
    const days = ["01", "02", "03", "10"].map((day) => `a-202601${day}T000000Z.backup`);
    const others = ["a-b-20250101T000000Z.backup", "a-20260101T000000Z.backup.partial", "mine.backup"];
    files(...days, ...others);
    assert.deepEqual(prune(folder, "a", 2), [days[1], days[0]]);
    assert.deepEqual(readdirSync(folder).sort(), [days[2], days[3], ...others].sort());
    assert.deepEqual(prune(folder, "a", 2), []);
  });

  it("stay where they are spared, and count among the others", () => {
    const days = ["01", "02", "03", "10"].map((day) => `a-202601${day}T000000Z.backup`);
    const [first = "", second = "", third = "", tenth = ""] = days;
    assert.deepEqual(surplus(days, "a", 2, [first]), [third, second]);
    assert.deepEqual(surplus(days, "a", 1, [first, second]), [tenth, third]);
    assert.deepEqual(surplus(days, "a", 1, ["a-20251201T000000Z.backup"]), [third, second, first]);
  });

  it("that nobody writes to any more are removed", () => {
    files("a.backup.partial", "b.backup.partial", "c.partial");
    utimesSync(join(folder, "a.backup.partial"), 0, at("2026-01-01T00:00:00Z"));
    utimesSync(join(folder, "c.partial"), 0, at("2026-01-01T00:00:00Z"));
    removePartial(folder, at("2026-01-02T00:00:00Z"));
    assert.deepEqual(readdirSync(folder), ["b.backup.partial", "c.partial"]);
  });

  it("are to fit once more, the largest of them", async () => {
    writeFileSync(join(folder, backupName("a", at("2026-01-01T00:00:00Z"))), Buffer.alloc(3 * 1024 ** 2));
    writeFileSync(join(folder, "other"), Buffer.alloc(9 * 1024 ** 2));
    assert.equal(await shortOfRoom(folder), undefined);
    assert.equal(await shortOfRoom(folder, 3 * 1024 ** 2), undefined);
    assert.match(
      (await shortOfRoom(folder, 3 * 1024 ** 2 - 1)) ?? "",
      /nearly full: .* are left, and a backup takes 3/,
    );
  });

  it("are told from others on the volume", () => {
    const printed = "12 b-20260102T030405Z.backup\n7 a-20260102T030405Z.backup\n1 lost+found.backup\n\n";
    assert.deepEqual(filesIn(printed), [
      { name: "a-20260102T030405Z.backup", bytes: 7 },
      { name: "b-20260102T030405Z.backup", bytes: 12 },
    ]);
  });

  it("are told from others in both places, the volume's first", () => {
    const name = "a-20260102T030405Z.backup";
    assert.deepEqual(filesIn(`7 ${name}\n8 b-20260102T030405Z.backup\n9 ${name}\n`)[0], { name, bytes: 9 });
  });

  it("are those of the volume where the bucket does not answer, and it is told", async () => {
    const [both, other] = ["a-20260102T030405Z.backup", "b-20260102T030405Z.backup"];
    const asking = (bucket: () => Promise<string>) =>
      listBackups((script) => (script.includes("bucket.py") ? bucket() : Promise.resolve(`9 ${both}\n`)));
    assert.deepEqual(await asking(() => Promise.resolve(`7 ${both}\n8 ${other}\n`)), {
      files: [
        { name: both, bytes: 9 },
        { name: other, bytes: 8 },
      ],
      problem: undefined,
    });
    const { files, problem } = await asking(() => Promise.reject(new Error("s3://bucket: AccessDenied")));
    assert.deepEqual(files, [{ name: both, bytes: 9 }]);
    assert.match(problem?.message ?? "", /those in S3 are not: s3:\/\/bucket: AccessDenied$/);
  });

  it("are read by a pod without the account and the passphrase", () => {
    const volumes = [
      { name: "passphrase", secret: { secretName: "p" } },
      { name: "backups", persistentVolumeClaim: { claimName: "data" } },
    ];
    const env = [{ name: "BACKUP_BUCKET", value: "s3://bucket" }];
    const mounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }));
    const container = { name: "backup", image: "backup:1", args: ["x"], env, volumeMounts: mounts };
    const pod = { serviceAccountName: "backup", containers: [container], volumes };
    const { spec } = readerOf({
      spec: { schedule: "", jobTemplate: { spec: { template: { spec: pod } } } },
    });
    assert.equal(spec?.serviceAccountName, undefined);
    assert.equal(spec?.automountServiceAccountToken, false);
    assert.deepEqual(spec?.volumes, [volumes[1]]);
    assert.deepEqual(spec?.containers, [
      {
        name: "backup",
        image: "backup:1",
        command: ["sleep", "21600"],
        env,
        volumeMounts: [{ name: "backups", mountPath: "/backups", readOnly: true }],
      },
    ]);
  });
});

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
