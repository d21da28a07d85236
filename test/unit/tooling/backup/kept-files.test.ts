import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listBackups, readerOf } from "../../../../tooling/backup/schedule/fetch";
import {
  backupName,
  filesIn,
  prune,
  removePartial,
  shortOfRoom,
  stackOf,
  surplus,
} from "../../../../tooling/backup/schedule/kept-files";

const at = (text: string): Date => new Date(text);

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
