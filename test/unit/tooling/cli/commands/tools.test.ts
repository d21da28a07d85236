import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pointerTo } from "../../../../../tooling/cli/commands/program/tools";

describe("a command line tool on a cluster of one's own", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-tools-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it("talks to the one that the stack names, and not to the one that kubectl would take", async () => {
    const pointer = await pointerTo("/home/me/course.yaml", "course", folder);
    assert.deepEqual(pointer, {
      env: { KUBECONFIG: "/home/me/course.yaml" },
      flags: ["--context", "course"],
    });
    assert.deepEqual(readdirSync(folder), []);
  });

  it("gets a kubeconfig that stands in the settings as a file that nobody else reads", async () => {
    const text = '{"apiVersion":"v1","kind":"Config"}';
    const { env, flags } = await pointerTo(text, undefined, folder);
    const file = env["KUBECONFIG"] ?? "";
    assert.equal(readFileSync(file, "utf8"), text);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(flags, []);
  });

  it("is left to its own where the stack names a context alone", async () => {
    assert.deepEqual(await pointerTo(undefined, "course", folder), {
      env: {},
      flags: ["--context", "course"],
    });
  });
});
