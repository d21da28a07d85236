import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type * as Cache from "../../../../tooling/machine/cache";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

describe("the cache of what was built", () => {
  const home = mkdtempSync(join(tmpdir(), "gourmetgram-cache-"));
  const homeBefore = process.env["GOURMETGRAM_LAB_HOME"];
  let cacheEntry: typeof Cache.cacheEntry;

  before(() => {
    process.env["GOURMETGRAM_LAB_HOME"] = home;
    for (const module of ["cache", "paths"])
      delete require.cache[require.resolve(`../../../../tooling/machine/${module}`)];
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module reads its folder when it is loaded
    ({ cacheEntry } = require("../../../../tooling/machine/cache") as typeof Cache);
  });

  after(() => {
    if (homeBefore === undefined) delete process.env["GOURMETGRAM_LAB_HOME"];
    else process.env["GOURMETGRAM_LAB_HOME"] = homeBefore;
    for (const module of ["cache", "paths"])
      delete require.cache[require.resolve(`../../../../tooling/machine/${module}`)];
    rmSync(home, { recursive: true, force: true });
  });

  it("makes a result once", async () => {
    let made = 0;
    const make = async (folder: string): Promise<void> => {
      made += 1;
      writeFileSync(join(folder, "result"), "42");
      return Promise.resolve();
    };
    const folder = await cacheEntry("things", "answer", ["a"]).ensure(make);
    assert.equal(await cacheEntry("things", "answer", ["a"]).ensure(make), folder);
    assert.equal(made, 1);
    assert.equal(readFileSync(join(folder, "result"), "utf8"), "42");
  });

  it("gives other ingredients another place", () => {
    const folders = [["a"], ["b"], ["a", "b"], ["ab"]].map((each) => cacheEntry("things", "x", each).folder);
    assert.equal(new Set(folders).size, 4);
  });

  it("keeps only the newest of a name, and leaves other names alone", async () => {
    const nothing = (): Promise<void> => Promise.resolve();
    const other = await cacheEntry("things", "pulumi-language", ["a"]).ensure(nothing);
    const first = await cacheEntry("things", "pulumi", ["a"]).ensure(nothing);
    const second = await cacheEntry("things", "pulumi", ["b"]).ensure(nothing);
    assert.deepEqual(
      [other, first, second].map((folder) => existsSync(folder)),
      [true, false, true],
    );
  });

  it("makes a result of two that make it at once, and no mixture of both", async () => {
    const begun: string[] = [];
    const make = async (folder: string): Promise<void> => {
      begun.push(folder);
      writeFileSync(join(folder, "part"), "");
      while (begun.length < 2) await delay(5);
      writeFileSync(join(folder, "rest"), "");
    };
    const entry = () => cacheEntry("things", "twice", ["a"]).ensure(make);
    const [first, second] = await Promise.all([entry(), entry()]);
    assert.equal(new Set(begun).size, 2);
    assert.equal(first, second);
    assert.deepEqual(readdirSync(first).sort(), ["part", "rest"]);
    assert.deepEqual(
      begun.filter((folder) => existsSync(folder)),
      [],
    );
  });

  it("removes what a process has left that was killed", async () => {
    const { pid } = spawnSync(process.execPath, ["--eval", ""]);
    const entry = cacheEntry("things", "killed", ["a"]);
    const left = `${entry.folder}.partial-${pid}-abc`;
    mkdirSync(left, { recursive: true });
    const used = `${entry.folder}.partial-${process.pid}-abc`;
    mkdirSync(used);
    assert.equal(entry.isComplete(), false);
    await entry.ensure(() => Promise.resolve());
    assert.deepEqual([existsSync(left), existsSync(used)], [false, true]);
  });

  it("leaves nothing that looks complete when it is interrupted, and starts clean afterwards", async () => {
    const entry = cacheEntry("things", "broken", ["a"]);
    await assert.rejects(
      entry.ensure((folder) => {
        writeFileSync(join(folder, "half"), "");
        throw new Error("interrupted");
      }),
      /interrupted/,
    );
    assert.equal(entry.isComplete(), false);
    const folder = await entry.ensure(() => Promise.resolve());
    assert.equal(existsSync(join(folder, "half")), false);
  });
});
