import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { Shell } from "../../../../../tooling/verify/tutorial/shell";

describe("verify: the shell of the tutorial", () => {
  it("goes on where the command before ended, and leaves nothing behind", async () => {
    const signal = new AbortController().signal;
    const folder = await Shell.with("s3cret", signal, async (shell) => {
      assert.deepEqual(await shell.run("ls package.json"), { code: 0, printed: "package.json" });
      assert.equal((await shell.run("git init --quiet ../repository && cd ../repository")).code, 0);
      assert.equal((await shell.run('echo one > file; TOKEN="a b"; false')).code, 1);
      assert.equal(
        (await shell.run('git add file; git commit -qam "$TOKEN"; git log --format="%an: %s"')).printed,
        "Student: a b",
      );
      assert.equal(
        (await shell.run("$EDITOR file; git commit -qam two; git log --oneline | wc -l")).printed.trim(),
        "2",
      );
      const { printed } = await shell.run("pwd");
      await shell.begin();
      assert.equal((await shell.run('ls package.json; echo "[$TOKEN]"')).printed, "package.json\n[]");
      return printed;
    });
    assert.match(folder, /repository$/);
    assert.equal(existsSync(folder), false);
  });

  it("answers for the student, and shows neither password nor token", async () => {
    await Shell.with("s3cret", new AbortController().signal, async (shell) => {
      assert.equal((await shell.run('"$GIT_ASKPASS" "Username for x:"')).printed, "student");
      assert.equal((await shell.run('"$GIT_ASKPASS" "Password for x:"')).printed, "PASSWORD");
      assert.equal((await shell.run("echo Bearer eyJ.a-b_c")).printed, "Bearer TOKEN");
    });
  });

  it("ends a command that is interrupted, but not what is put back", async () => {
    const interruption = new AbortController();
    await Shell.with("s3cret", interruption.signal, async (shell) => {
      const running = shell.run("sleep 60");
      interruption.abort(new Error("Ctrl+C"));
      await assert.rejects(running, /Ctrl\+C/);
      assert.equal((await shell.run("echo back", new AbortController().signal)).printed, "back");
    });
  });
});
