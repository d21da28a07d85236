import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Checkout, GitError } from "../../../../tooling/verify/clients/git";

describe("verify: git", () => {
  let folder: string;
  const git = async (...args: string[]): Promise<string> =>
    (await execa("git", ["-C", folder, ...args])).stdout.trim();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "gourmetgram-git-"));
    await git("init", "--quiet", "--initial-branch=main");
    await git(
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit",
      "--quiet",
      "--allow-empty",
      "-m",
      "first",
    );
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it("pushes a commit to a branch, and takes the branch away again", async () => {
    const url = `file://${folder}`;
    const commit = await Checkout.with(url, "main", async (checkout) => {
      const made = await checkout.commit("VERIFY.md", "text\n", "change");
      await checkout.push("verify-1");
      assert.equal(await git("rev-parse", "verify-1"), made);
      await checkout.deleteBranch("verify-1");
      assert.equal(await git("branch", "--list", "verify-1"), "");
      return made;
    });
    assert.match(commit, /^[0-9a-f]{40}$/);
    assert.equal(await git("log", "-1", "--format=%s", "main"), "first");
  });

  it("leaves no clone behind, and says why Git failed", async () => {
    const missing = join(folder, "missing");
    await assert.rejects(
      Checkout.with(`file://${missing}`, "main", () => Promise.resolve()),
      (error: unknown) => error instanceof GitError && /git clone failed: .*missing/.test(error.message),
    );
    assert.equal(existsSync(missing), false);
  });
});
