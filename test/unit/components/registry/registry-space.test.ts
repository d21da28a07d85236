import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  KEEP_MEASURING,
  kibibytesOf,
  layerTooLarge,
  MEASURE,
} from "../../../../components/registry/registry-space";

const MIB = 1024 * 1024;

/** A digest without its algorithm, of one digit. */
const hex = (digit: string): string => digit.repeat(64);

// How the guard uses what is measured is tried with nginx and a registry in test/engine/registry-space.test.ts.
describe("the space of an owner", () => {
  let folder: string;
  const stored = (...names: string[]): string => join(folder, "v2", ...names);
  const space = (...names: string[]): string => join(folder, "space", ...names);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-space-"));
    mkdirSync(space());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, bytes: number): void {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, Buffer.alloc(bytes, "x"));
  }
  const blob = (digit: string, bytes: number): void =>
    write(stored("blobs", "sha256", digit.repeat(2), hex(digit), "data"), bytes);
  const link = (repository: string, digit: string, kind = "_layers"): void =>
    write(stored("repositories", repository, kind, "sha256", hex(digit), "link"), 71);

  /** Exit code and errors of a measurement. */
  function attempt(path = process.env["PATH"]): unknown[] {
    const args = ["-c", MEASURE, "space", stored(), space(), String(kibibytesOf("2Mi"))];
    const { status, stderr } = spawnSync("sh", args, { encoding: "utf8", env: { PATH: path } });
    return [status, stderr];
  }
  const measure = (): void => assert.deepEqual(attempt(), [0, ""]);

  /** MiB of each owner, rounded: how much a folder takes is the file system's. */
  const used = (): Record<string, number> =>
    Object.fromEntries(
      readFileSync(space("used"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([owner = "", kibibytes]) => [owner, Math.round(Number(kibibytes) / 1024)]),
    );

  it("is that of each blob once, whatever the number of repositories, of manifests, and of unfinished uploads", () => {
    blob("a", 3 * MIB);
    link("alice/one", "a");
    link("alice/deep/two", "a");
    link("bob/one", "a");
    blob("b", 2 * MIB);
    link("alice/one", "b", "_manifests/revisions");
    write(stored("repositories", "bob/begun", "_uploads", "an-id", "data"), 4 * MIB);
    measure();
    assert.deepEqual(used(), { alice: 5, bob: 7 });
  });

  it("does not contain what the base's repositories have too, nor blobs of which there is nothing any more", () => {
    blob("a", 3 * MIB);
    link("gourmetgram-train", "a");
    link("alice/one", "a");
    blob("b", 3 * MIB);
    link("gourmetgram-train", "b", "_manifests/revisions");
    link("alice/one", "b", "_manifests/revisions");
    link("alice/one", "c");
    // One of the base's, which happens to be called as she is.
    blob("d", 3 * MIB);
    link("alice", "d");
    write(stored("repositories", "alice", "_uploads", "an-id", "data"), 3 * MIB);
    measure();
    assert.deepEqual(used(), { alice: 0 });
  });

  it("contains what was deleted from a repository and is not collected yet", () => {
    blob("a", 3 * MIB);
    link("alice/one", "a");
    rmSync(stored("repositories", "alice/one", "_layers", "sha256", hex("a"), "link"));
    measure();
    assert.deepEqual(used(), { alice: 3 });
  });

  it("above the limit leaves a refusal for that owner, until it is below or the owner is gone", () => {
    for (const [owner, digit] of [
      ["alice", "a"],
      ["bob", "b"],
      ["carol", "c"],
    ] as const) {
      blob(digit, owner === "carol" ? MIB : 3 * MIB);
      link(`${owner}/one`, digit);
    }
    measure();
    assert.deepEqual(readdirSync(space("full")).sort(), ["alice", "bob"]);
    assert.deepEqual(JSON.parse(readFileSync(space("full", "alice"), "utf8")), {
      errors: [
        {
          code: "DENIED",
          message:
            "the images and build caches of alice take 4 MiB of the 2 MiB that each student has in the registry. " +
            "Ask your teacher to delete old images, or to raise registrySpacePerStudent.",
        },
      ],
    });
    assert.deepEqual(readdirSync(space()).sort(), ["full", "used"]);

    rmSync(stored("blobs", "sha256", "aa"), { recursive: true });
    rmSync(stored("repositories", "bob"), { recursive: true });
    measure();
    assert.deepEqual(readdirSync(space("full")), []);
  });

  it("is nothing before anything was pushed", () => {
    measure();
    assert.equal(existsSync(space("used")), false);
    mkdirSync(stored("repositories"), { recursive: true });
    measure();
    assert.equal(readFileSync(space("used"), "utf8"), "");
  });

  it("is the owner's alone, whatever the names of repositories and tags", () => {
    const nasty = [
      "alice/_layers",
      "alice/sha256",
      "alice/a b",
      "alice/$(touch stolen)",
      "alice/`touch stolen`",
      "alice/'; touch stolen; '",
      'alice/"',
      "alice/-rf",
      "alice/%s%n",
      "alice/*",
      "alice/a\tb",
      "alice/..y",
    ];
    blob("a", 3 * MIB);
    for (const name of nasty) link(name, "b");
    link("alice/one", "a");
    for (const tag of ["_layers", "sha256", "revisions", "-rf", "_uploads"]) {
      write(stored("repositories", "bob/one", "_manifests/tags", tag, "index/sha256", hex("a"), "link"), 71);
    }
    for (const owner of ["-rf", "$(touch stolen)", "a b", "A", "..x"]) link(`${owner}/one`, "a");
    measure();
    assert.deepEqual(used(), { alice: 3, bob: 0 });
    assert.deepEqual(readdirSync(space("full")), ["alice"]);
    assert.deepEqual(readdirSync(stored()).sort(), ["blobs", "repositories"]);
    assert.equal(existsSync("stolen"), false);
  });

  it("stays what it was where a measurement ends before all was looked at", () => {
    blob("a", 3 * MIB);
    link("alice/one", "a");
    measure();
    write(join(folder, "bin", "du"), 0);
    writeFileSync(join(folder, "bin", "du"), "#!/bin/sh\nprintf '4\\t./blobs\\n'\nexit 1\n");
    chmodSync(join(folder, "bin", "du"), 0o755);
    const failed = attempt([join(folder, "bin"), process.env["PATH"]].join(delimiter));
    assert.deepEqual(failed, [1, "the space of students was not measured\n"]);
    assert.deepEqual(used(), { alice: 3 });
    assert.deepEqual(readdirSync(space("full")), ["alice"]);
  });

  it("is measured again and again, until a signal ends it at once", async () => {
    blob("a", 3 * MIB);
    link("alice/one", "a");
    const args = ["-c", KEEP_MEASURING, "space", stored(), space(), "2048"];
    const measuring = spawn("sh", args, { stdio: "ignore" });
    const ended = once(measuring, "exit");
    for (let attempt = 0; !existsSync(space("full", "alice")) && attempt < 100; attempt += 1) await delay(50);
    assert.ok(existsSync(space("full", "alice")));
    measuring.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
  });
});

describe("a layer larger than all of the space", () => {
  it("is refused with a text that nginx's configuration can quote", () => {
    assert.equal(
      layerTooLarge(kibibytesOf("2Gi")),
      '{"errors":[{"code":"DENIED","message":"a layer is larger than the 2048 MiB that each student has in the registry. ' +
        'Leave out of the image what it does not need."}]}',
    );
    assert.doesNotMatch(layerTooLarge(1), /['$\\]/);
  });
});

describe("kibibytesOf", () => {
  it("reads a quantity, rounded up", () => {
    assert.deepEqual(["2Gi", "500M", "1023", "1Ki"].map(kibibytesOf), [2_097_152, 488_282, 1, 1]);
    assert.throws(() => kibibytesOf("much"), RangeError);
  });
});
