import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endOf, TestLab } from "../../../support/command-line";

describe("npm run down", () => {
  let lab: TestLab;

  beforeEach(() => {
    lab = new TestLab();
  });
  afterEach(() => lab.remove());

  /** Puts a stack into the lab's state. */
  function withStack(): void {
    const stacks = join(lab.home, "state", "backend", ".pulumi", "stacks", "gourmetgram");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, "embedded.json"), "{}");
    writeFileSync(join(lab.home, "state", "passphrase"), "secret");
  }

  it("deletes nothing without a terminal unless it is told to with --yes", async () => {
    withStack();
    const { code, stderr } = await endOf(lab.command("down"));
    assert.deepEqual(
      [code, stderr],
      [
        2,
        "error: Delete the stack embedded? There is no terminal to ask on.\n" +
          "  remedy: run it with --yes if that is what you want\n",
      ],
    );
  });

  it("asks on a terminal, and takes no other word for yes", async () => {
    withStack();
    // `script` gives the command a terminal.
    const command = lab.start(
      ...([
        "script",
        "--quiet",
        "--return",
        "--command",
        "node tooling/gourmetgram.mjs down",
        "/dev/null",
      ] as const),
    );
    command.stdin?.write("y\n");
    const { code, stdout } = await endOf(command);
    assert.equal(code, 2);
    assert.match(
      stdout,
      /Delete the stack embedded\? Type yes: [^]*error: not confirmed: nothing was changed/,
    );
  });
});
