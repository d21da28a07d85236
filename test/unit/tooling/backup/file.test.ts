import assert from "node:assert/strict";
import { randomBytes, scryptSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { FORMAT } from "../../../../tooling/backup/file/header";
import type { Manifest } from "../../../../tooling/backup/file/manifest";
import {
  type BackupFile,
  checkBackup,
  filesOf,
  findBackup,
  unlocked,
} from "../../../../tooling/backup/file/reader";
import { BackupWriter, PART } from "../../../../tooling/backup/file/writer";
import { quickKeys } from "./quick-keys";

const ABOUT = { created: "2026-01-02T03:04:05Z", project: "0.2.0" };
const MANIFEST: Omit<Manifest, "files"> = {
  format: FORMAT,
  id: "one",
  ...ABOUT,
  name: "embedded",
  kind: "lab",
  labs: [],
  settings: [],
  notIncluded: [],
};
const SECRET = "the work of a term";

describe("backup: the file", () => {
  let folder: string;
  let file: string;
  /** To make a key of a passphrase takes a while, as it should. */
  let whole: BackupFile;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    file = join(folder, "lab.backup");
    const writer = await BackupWriter.open(file, "right", ABOUT);
    await writer.add("labs/lab/text", SECRET.repeat(100));
    await writer.add("labs/lab/empty", "");
    await writer.add("labs/lab/large", Readable.from(LARGE));
    await writer.finish(MANIFEST);
    whole = await unlocked(await findBackup(file), "right");
  });
  after(() => rmSync(folder, { recursive: true }));

  // Neither its size nor that of its pieces is a multiple of a part's.
  const LARGE = Array.from({ length: 37 }, () => randomBytes(500_009));

  async function read(): Promise<Map<string, Buffer>> {
    const found = new Map<string, Buffer>();
    for await (const { path: name, content } of filesOf(whole)) {
      const parts: Buffer[] = [];
      for await (const part of content) parts.push(part as Buffer);
      found.set(name, Buffer.concat(parts));
    }
    return found;
  }

  it("gives back what was put in, in order, files larger than a part among it", async () => {
    assert.ok(LARGE.length * 500_009 > 2 * PART);
    const found = await read();
    assert.deepEqual(
      [...found.keys()],
      ["labs/lab/text", "labs/lab/empty", "labs/lab/large", "manifest.json"],
    );
    assert.equal(found.get("labs/lab/text")?.toString(), SECRET.repeat(100));
    assert.equal(found.get("labs/lab/empty")?.length, 0);
    assert.equal(Buffer.compare(found.get("labs/lab/large") ?? Buffer.of(), Buffer.concat(LARGE)), 0);
  });

  it("skips what is not read", async () => {
    const names: string[] = [];
    for await (const { path } of filesOf(whole)) names.push(path);
    assert.equal(names.length, 4);
  });

  it("is for its owner alone, and shows nothing of what is in it", () => {
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(existsSync(`${file}.partial`), false);
    const bytes = readFileSync(file);
    assert.equal(bytes.includes(SECRET), false);
    assert.equal(bytes.includes("embedded"), false);
    assert.match(bytes.subarray(0, 60).toString(), /^gourmetgram-backup \{"format":1,/);
  });

  it("is found whole, and tells its manifest", async () => {
    const found = await checkBackup(whole);
    assert.equal(found.id, "one");
    assert.deepEqual(
      found.files.map(({ path, bytes }) => [path, bytes]),
      [
        ["labs/lab/text", SECRET.length * 100],
        ["labs/lab/empty", 0],
        ["labs/lab/large", LARGE.length * 500_009],
      ],
    );
  });

  it("has its key from scrypt at its full cost", () => {
    const full = { cost: 131_072, blockSize: 8, parallelization: 1 };
    const { cost, blockSize, parallelization, salt } = whole.header;
    assert.deepEqual({ cost, blockSize, parallelization }, full);
    const bytes = scryptSync("right", Buffer.from(salt, "base64"), 48, { ...full, maxmem: 2 ** 28 });
    assert.deepEqual(whole.key, bytes.subarray(0, 32));
  });

  it("is not opened with another passphrase", async () => {
    await assert.rejects(unlocked(whole, "wrong"), /passphrase is wrong\n {2}remedy: set GOURMETGRAM_BACKUP/);
  });

  /** The backup with something done to its bytes. */
  function changed(name: string, change: (bytes: Buffer) => Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, change(readFileSync(file)));
    return path;
  }

  const check = async (path: string): Promise<Manifest> =>
    checkBackup({ ...(await findBackup(path)), key: whole.key });
  const DAMAGED = /is damaged: .*nothing was changed\n {2}remedy: use another copy/s;

  for (const [where, at] of [
    ["in the middle", (size: number) => Math.floor(size / 2)],
    ["in the last byte", (size: number) => size - 1],
    ["in the first encrypted block", () => 600],
  ] as const) {
    it(`is refused with one bit changed ${where}`, async () => {
      const path = changed("bit", (bytes) => {
        const place = at(bytes.length);
        bytes[place] = (bytes[place] ?? 0) ^ 1;
        return bytes;
      });
      await assert.rejects(check(path), DAMAGED);
    });
  }

  it("is refused where it was cut off", async () => {
    for (const left of [30, 700, 1_000_000, -1]) {
      await assert.rejects(
        check(changed("cut", (bytes) => bytes.subarray(0, left))),
        /damaged|not a backup/,
        `${left}`,
      );
    }
  });

  it("is refused with bytes behind it", async () => {
    await assert.rejects(check(changed("more", (bytes) => Buffer.concat([bytes, Buffer.of(0)]))), DAMAGED);
  });

  it("is refused with a changed header, which is not encrypted", async () => {
    const path = changed("header", (bytes) => {
      bytes.set(Buffer.from("2027"), bytes.indexOf("2026"));
      return bytes;
    });
    await assert.rejects(check(path), DAMAGED);
  });

  it("is refused in a later format, with the version that reads it", async () => {
    const path = changed("later", (bytes) => {
      bytes.set(Buffer.from('"format":9'), bytes.indexOf('"format":1'));
      return bytes;
    });
    await assert.rejects(
      findBackup(path),
      /has the format 9; .*reads formats up to 1\n {2}remedy: use version 0\.2\.0 of the project/s,
    );
  });

  it("is no other file", async () => {
    await assert.rejects(findBackup(__filename), /is not a backup/);
    await assert.rejects(findBackup(join(folder, "none")), /there is no file/);
    await assert.rejects(findBackup(folder), /there is no file/);
  });

  describe("another one", () => {
    quickKeys();

    it("is whole where a stream has failed, with what had come of it", async () => {
      const target = join(folder, "failing.backup");
      const writer = await BackupWriter.open(target, "right", ABOUT);
      const failing = function* (): Generator<Buffer> {
        yield Buffer.alloc(PART + 5, "x");
        throw new Error("cut off");
      };
      await assert.rejects(writer.add("labs/a/database", Readable.from(failing())), /^Error: cut off$/);
      await writer.add("labs/b/database", "whole");
      await writer.finish(MANIFEST);
      const { files } = await checkBackup(await unlocked(await findBackup(target), "right"));
      assert.deepEqual(
        files.map(({ path, bytes }) => [path, bytes]),
        [
          ["labs/a/database", PART + 5],
          ["labs/b/database", 5],
        ],
      );
    });

    it("has its key from characters, however they are written", async () => {
      const path = join(folder, "accents");
      await (await BackupWriter.open(path, "caf\u00e9", ABOUT)).finish(MANIFEST);
      await unlocked(await findBackup(path), "cafe\u0301");
    });

    it("does not appear before it is whole", async () => {
      const path = join(folder, "aborted");
      const writer = await BackupWriter.open(path, "right", ABOUT);
      await writer.add("a", "b");
      await writer.abort();
      assert.equal(existsSync(path), false);
      assert.equal(existsSync(`${path}.partial`), false);
    });

    it("has not its name before it was read back, and leaves the one from before where that fails", async () => {
      const path = join(folder, "replaced");
      writeFileSync(path, "the good one");
      const failing = await BackupWriter.open(path, "right", ABOUT);
      const reading = failing.finish(MANIFEST, () => {
        assert.equal(readFileSync(path, "utf8"), "the good one");
        throw new Error("the disk cannot be read");
      });
      await assert.rejects(reading, /the disk cannot be read/);
      await failing.abort();
      assert.equal(readFileSync(path, "utf8"), "the good one");
      assert.equal(existsSync(`${path}.partial`), false);

      const writer = await BackupWriter.open(path, "right", ABOUT);
      assert.equal((await writer.finish(MANIFEST)).id, "one");
      assert.equal((await checkBackup(await unlocked(await findBackup(path), "right"))).id, "one");
    });

    it("passes on that a source has failed", async () => {
      const writer = await BackupWriter.open(join(folder, "failing"), "right", ABOUT);
      const failing = Readable.from(
        (function* () {
          yield Buffer.from("some");
          throw new Error("the pod is gone");
        })(),
      );
      await assert.rejects(writer.add("a", failing), /the pod is gone/);
      await writer.abort();
    });

    it("leaves nothing behind where it is given up at once", async () => {
      const path = join(folder, "given-up");
      await (await BackupWriter.open(path, "right", ABOUT)).abort();
      assert.equal(existsSync(`${path}.partial`), false);
    });

    it("is not begun where it cannot be", async () => {
      await assert.rejects(BackupWriter.open(join(folder, "no", "such", "folder"), "right", ABOUT), /ENOENT/);
    });
  });
});
