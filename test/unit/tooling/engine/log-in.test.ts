import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumiLogIn } from "../../../../tooling/engine/log-in";

describe("Pulumi's own log-in", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "gourmetgram-log-in-"));
    mkdirSync(join(home, ".pulumi"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const write = (text: string): void => writeFileSync(join(home, ".pulumi", "credentials.json"), text);

  it("is none without credentials, or after a log-out", () => {
    assert.equal(pulumiLogIn({}, home), undefined);
    write(JSON.stringify({ accounts: {} }));
    assert.equal(pulumiLogIn({}, home), undefined);
    write(JSON.stringify({ current: "" }));
    assert.equal(pulumiLogIn({}, home), undefined);
  });

  it("is the backend that pulumi login has named last", () => {
    write(JSON.stringify({ current: "s3://course-state", accounts: { "s3://course-state": {} } }));
    const folder = join(home, ".pulumi");
    assert.deepEqual(pulumiLogIn({}, home), { backend: "s3://course-state", folder });
  });

  it("is found where the environment says", () => {
    write(JSON.stringify({ current: "file://~" }));
    const folder = join(home, ".pulumi");
    for (const variable of ["PULUMI_CREDENTIALS_PATH", "PULUMI_HOME"]) {
      assert.deepEqual(pulumiLogIn({ [variable]: folder }, "/nowhere"), { backend: "file://~", folder });
    }
  });

  it("is a token in the environment, before any file", () => {
    write(JSON.stringify({ current: "file://~" }));
    assert.deepEqual(pulumiLogIn({ PULUMI_ACCESS_TOKEN: "pul-1" }, home), {
      backend: "https://api.pulumi.com",
      folder: undefined,
    });
    assert.equal(pulumiLogIn({ PULUMI_ACCESS_TOKEN: "" }, home)?.backend, "file://~");
  });

  it("is refused if its file is broken", () => {
    write("{");
    assert.throws(
      () => pulumiLogIn({}, home),
      /credentials\.json is not readable\n {2}remedy: pulumi logout --all/,
    );
  });
});
