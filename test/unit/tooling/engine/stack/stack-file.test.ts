import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeLab } from "../../../../support/fake-lab";

const SALT = "encryptionsalt: v1:abc=:v1:def=\n";
const PLAIN = "config:\n  gourmetgram:size: small\n";
const SECRET = "config:\n  gourmetgram:registryPassword:\n    secure: v1:abc=:def=\n";

describe("the stack's file, after its last secret setting is removed", () => {
  for (const [what, before, after] of [
    ["keeps no salt, which the passphrase of another state would not fit", PLAIN + SALT, PLAIN],
    ["keeps the salt where another setting is secret", SECRET + SALT, SECRET + SALT],
    ["is gone where nothing else is set", SALT, undefined],
  ] as const) {
    it(what, async () => {
      const lab = new FakeLab("embedded", before);
      try {
        lab.installEngine();
        lab.addStack("embedded", { "gourmetgram:cluster": "embedded" });
        const ended = await lab.run("engine/stack/stack", 'pulumi(["config", "rm", "gourmetgram:x"])');
        assert.equal(ended.stderr, "");
        const file = join(lab.place, "Pulumi.embedded.yaml");
        assert.equal(existsSync(file) ? readFileSync(file, "utf8") : undefined, after);
      } finally {
        lab.remove();
      }
    });
  }
});

describe("the copy of the stack's file that Pulumi works on", () => {
  it("is not written again where nothing has changed, which a full disk would not allow", async () => {
    const lab = new FakeLab("embedded", PLAIN);
    try {
      lab.installEngine();
      lab.addStack("embedded", { "gourmetgram:cluster": "embedded" });
      const ask = () => lab.run("engine/stack/stack", "stackOutputs()");
      const inode = () => statSync(join(lab.home, "state", "Pulumi.embedded.yaml")).ino;
      lab.pulumi.answer({ to: "stack output", stdout: "{}" });
      assert.equal((await ask()).stderr, "");
      const first = inode();
      await ask();
      assert.equal(inode(), first);
      writeFileSync(join(lab.place, "Pulumi.embedded.yaml"), SECRET + SALT);
      await ask();
      assert.match(readFileSync(join(lab.home, "state", "Pulumi.embedded.yaml"), "utf8"), /registryPassword/);
    } finally {
      lab.remove();
    }
  });
});
