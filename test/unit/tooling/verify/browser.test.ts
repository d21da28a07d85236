import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, onPath } from "../../../../tooling/verify/clients/browser";

describe("verify: browser", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gourmetgram-browser-"));
    await writeFile(join(folder, "google-chrome"), "");
    await writeFile(join(folder, "chromium"), "");
    await chmod(join(folder, "google-chrome"), 0o755);
    await chmod(join(folder, "chromium"), 0o644);
  });

  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    delete process.env["GOURMETGRAM_CHROMIUM"];
  });

  it("takes a program from the PATH, and no file that cannot be run", () => {
    assert.equal(onPath(`/nowhere:${folder}`), join(folder, "google-chrome"));
    assert.equal(onPath(""), undefined);
  });

  it("takes the one that is named, and says if it is not there", async () => {
    process.env["GOURMETGRAM_CHROMIUM"] = join(folder, "chromium");
    assert.equal(await findChromium(() => undefined), join(folder, "chromium"));
    process.env["GOURMETGRAM_CHROMIUM"] = join(folder, "other");
    await assert.rejects(
      findChromium(() => undefined),
      /GOURMETGRAM_CHROMIUM is .*other, which is not there/,
    );
  });
});
