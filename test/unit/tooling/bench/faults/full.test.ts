import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { FullDisk, reasonToSpare } from "../../../../../tooling/bench/faults/full/disk";
import { Push } from "../../../../../tooling/bench/faults/full/push";
import { FakeLab } from "../../../../support/fake-lab";
import { OUTPUTS } from "../../../../support/lab-outputs";

describe("a disk that is to be filled", () => {
  const disk = { folder: "/mnt/lab/_data", device: 7, bytes: 40 * 1024 ** 3 };
  const root = { folder: "/", device: 1 };

  it("is a small one on which nothing else is", () => {
    assert.equal(reasonToSpare(disk, [root]), undefined);
    assert.equal(reasonToSpare({ ...disk, bytes: 64 * 1024 ** 3 }, [root]), undefined);
    assert.equal(
      reasonToSpare({ ...disk, bytes: 65 * 1024 ** 3 }, [root]),
      "the file system of /mnt/lab/_data has 65.0 GiB, more than 64",
    );
    const own = { folder: "/home/me", device: 7 };
    assert.equal(reasonToSpare(disk, [root, own]), "/mnt/lab/_data is on the same file system as /home/me");
  });

  it("is refused, with how to make one, where the node's folder is on the machine's own, or out of sight", async () => {
    const lab = new FakeLab("embedded");
    try {
      const find = async (source: string): Promise<string> => {
        lab.docker.answer({ to: "inspect", stdout: source });
        const { exitCode, stderr } = await lab.run("bench/faults/full/disk", "findSmallDisk()");
        assert.equal(exitCode, 1);
        assert.match(stderr, /\n {2}remedy: .*mkfs\.ext4 .*export GOURMETGRAM_LAB_HOME=/);
        return stderr.split("\n")[0] ?? "";
      };
      const not = "error: the disk of the kind cluster's nodes is not filled: ";
      assert.match(
        await find(join(lab.folder, "bin")),
        RegExp(`^${not}${lab.folder}/bin is on the same file system as /`),
      );
      const missing = join(lab.folder, "missing", "_data");
      assert.match(await find(missing), RegExp(`^${not}${missing} cannot be looked at: ENOENT`));
      assert.equal(
        await find(""),
        `${not}Docker does not say where gourmetgram-control-plane has its folder /var`,
      );
      const asked = lab.docker.calls.filter((call) => call.startsWith("inspect"));
      assert.deepEqual(
        asked.map((call) => call.split(" ").at(-1)),
        ["gourmetgram-control-plane", "gourmetgram-control-plane", "gourmetgram-control-plane"],
      );
    } finally {
      lab.remove();
    }
  });
});

describe("a disk that is full for a while", () => {
  let folder: string;
  let file: string;
  let filled: number;
  let disk: FullDisk;
  const never = new AbortController().signal;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-full-"));
    file = join(folder, "full");
    filled = 0;
    const fill = (where: string): Promise<void> => {
      filled += 1;
      writeFileSync(where, "");
      return Promise.resolve();
    };
    disk = new FullDisk(file, fill, 5);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is filled again and again until the work is done and the time is over, and has room then", async () => {
    const begin = performance.now();
    const seen = await disk.whileFull(0.1, never, () => Promise.resolve(existsSync(file)));
    assert.equal(seen, true);
    assert.ok(performance.now() - begin >= 100);
    assert.ok(filled > 2);
    assert.equal(existsSync(file), false);
    const before = filled;
    await disk.whileFull(0, never, () => delay(60));
    assert.ok(filled > before + 2);
  });

  it("has room after an error and after a signal", async () => {
    await assert.rejects(
      disk.whileFull(0, never, () => Promise.reject(new Error("no answer"))),
      /no answer/,
    );
    assert.equal(existsSync(file), false);
    const stop = new AbortController();
    const endless = disk.whileFull(60, stop.signal, () => new Promise(() => undefined));
    await delay(20);
    assert.equal(existsSync(file), true);
    stop.abort();
    await assert.rejects(endless, { name: "AbortError" });
    assert.equal(existsSync(file), false);
  });
});

describe("a push to a full volume", () => {
  let folder: string;
  const git = (...args: string[]) => execa("git", ["-C", folder, ...args]);
  const password = () => Promise.resolve("secret");
  const labAt = (username: string | null) => ({
    id: "1234abcd",
    outputs: {
      ...OUTPUTS,
      appRepository: { ...OUTPUTS.appRepository, externalUrl: `file://${folder}`, username },
    },
  });
  const branches = async () => (await git("branch", "--list", "verify*")).stdout.trim();
  /** Has the server say something and refuse, or take everything again. */
  const refuse = (words: string | undefined): void => {
    const hook = join(folder, ".git", "hooks", "pre-receive");
    if (words === undefined) rmSync(hook);
    else writeFileSync(hook, `#!/bin/sh\necho "fatal: ${words}" >&2\nexit 1\n`, { mode: 0o755 });
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-git-"));
    await git("init", "--quiet", "--initial-branch=main");
    const author = ["-c", "user.name=a", "-c", "user.email=a@b"];
    await git(...author, "commit", "--quiet", "--allow-empty", "--message", "first");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is refused by name and passes once there is room; its branch goes then", async () => {
    refuse("unable to write loose object file: No space left on device");
    await Push.with(
      labAt("student"),
      async (push) => {
        assert.deepEqual(await push.refused(), []);
        assert.equal(await branches(), "");
        refuse(undefined);
        assert.deepEqual(await push.passes(), []);
        assert.equal(await branches(), "verify-1234abcd-full");
      },
      password,
    );
    assert.equal(await branches(), "");
  });

  it("is wrong where the refusal names something else, where it is taken, and where it does not pass then", async () => {
    refuse("unpacker error");
    await Push.with(
      labAt("student"),
      async (push) => {
        assert.match(
          (await push.refused()).join(),
          /^the refusal of a push does not name the full volume: .*unpacker error/,
        );
        assert.match((await push.passes()).join(), /^the same push once there was room: git push failed: /);
        refuse(undefined);
        assert.deepEqual(await push.refused(), ["a push was taken while the git server's volume was full"]);
      },
      password,
    );
    assert.equal(await branches(), "");
  });

  it("is not tried on a repository that is not the lab's", async () => {
    await assert.rejects(
      Push.with(labAt(null), () => Promise.resolve(), password),
      { message: `file://${folder} is not the lab's own repository: nothing can be pushed to it` },
    );
  });
});
