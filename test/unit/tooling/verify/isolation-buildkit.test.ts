import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { builderAttacks } from "../../../../tooling/verify/isolation/attacks/builder-attacks";
import { CONNECT_SCRIPT } from "../../../../tooling/verify/isolation/probe";
import { type Answer, judge } from "../../../../tooling/verify/isolation/tries/try";
import { studentNamed } from "../../../support/students";

/** A BuildKit that shows what was built, and what somebody else has built before. */
const BUILDCTL = `#!/usr/bin/env python3
import os, sys
folder = os.path.dirname(os.path.abspath(__file__))
command = sys.argv[3:]
builds = os.path.join(folder, "builds")
if command[0] == "build":
    if "broken" in os.environ: sys.exit("no worker")
    with open(builds, "a") as file: file.write("a" * 25 + "\\n")
elif command[:2] == ["debug", "histories"]:
    print("TYPE REF CREATED")
    if os.path.exists(builds): print("COMPLETE " + open(builds).read())
    if "shared" in os.environ: print("COMPLETE " + "b" * 25)
elif command[:2] == ["debug", "get"] and "shared" not in os.environ:
    sys.exit(f"error: content {command[2]}: not found")
`;

describe("what BuildKit tells a student", () => {
  const tries = builderAttacks(studentNamed("alice", 1), studentNamed("bob", 2));
  let folder: string;
  let server: Server;

  before(async () => {
    server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
  });
  after(() => server.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-buildctl-"));
    writeFileSync(join(folder, "buildctl"), BUILDCTL);
    chmodSync(join(folder, "buildctl"), 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function outcomes(env: Readonly<Record<string, string>>): Promise<string[]> {
    const { port } = server.address() as AddressInfo;
    const order = {
      first: { kind: "connect", from: "build", host: "127.0.0.1", port },
      all: tries.map(({ means }) => means),
    };
    const { stdout } = await execa("python3", ["-c", CONNECT_SCRIPT, JSON.stringify(order)], {
      env: { ...env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
    });
    const answers = JSON.parse(stdout) as Answer[];
    return tries.map((attempt, index) => {
      const { passed, seen } = judge(attempt, answers[index] ?? { kind: "failed", reason: "none" });
      return `${passed ? "passed" : "FAILED"} ${seen}`;
    });
  }

  it("is nothing of others where it has a BuildKit of its own", async () => {
    const seen = await outcomes({});
    assert.equal(seen.length, 3);
    assert.deepEqual(
      seen.filter((each) => !each.startsWith("passed")),
      [],
    );
  });

  it("is found where it is shared", async () => {
    const [workers, history, layer] = await outcomes({ shared: "1" });
    assert.match(workers ?? "", /^passed/);
    assert.match(history ?? "", /^FAILED .*b{25}/);
    assert.match(layer ?? "", /^FAILED .*200/);
  });

  it("proves nothing where nothing can be built", async () => {
    const [, history] = await outcomes({ broken: "1" });
    assert.match(history ?? "", /^FAILED undecided \(not tried: nothing was built: no worker/);
  });
});
