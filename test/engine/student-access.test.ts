import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { revokeClass } from "../../tooling/class/actions/revoke-class";
import type { StackRunner } from "../../tooling/class/runner/stack-runner";
import { checkout } from "../support/checkout";
import { fakeClass } from "../unit/tooling/class/fake-class";
import { ApiServer } from "./support/api-server";
import { ClassProject } from "./support/class-project";

/** Of a student's stack no more than the access. */
const PROGRAM = `
require("ts-node").register({ transpileOnly: true, cwd: ${JSON.stringify(checkout)} });
const { StudentAccess } = require(${JSON.stringify(join(checkout, "components", "class"))});
const { lastOutput } = require(${JSON.stringify(join(checkout, "stacks", "outputs", "last-output"))});
const access = new StudentAccess("student-access", {
  account: "student",
  namespace: "gourmetgram-alice",
  days: Number(new (require("@pulumi/pulumi").Config)().get("studentTokenDays") ?? 30),
  after: [],
  last: lastOutput("studentKubeconfig"),
});
exports.studentKubeconfig = access.kubeconfig;
exports.studentAccessExpires = access.expires;
`;

const STACK = "class-alice";
const WATCH = { step: () => undefined, signal: new AbortController().signal };
const ACCOUNT = "system:serviceaccount:gourmetgram-alice:student";

describe("a student's access to a real API server", function () {
  this.timeout(400_000);
  let server: ApiServer | undefined;
  let project: ClassProject | undefined;
  let runner: StackRunner;

  before(async function () {
    project = ClassProject.make(PROGRAM);
    server = project === undefined ? undefined : await ApiServer.ofThisMachine();
    if (project === undefined || server === undefined) return this.skip();
    await server.kubectl("create", "namespace", "gourmetgram-alice");
    await server.kubectl("create", "serviceaccount", "student", "-n", "gourmetgram-alice");
    runner = await project.runner("class", ["alice"], { environment: { KUBECONFIG: server.kubeconfig } });
  });

  after(async () => {
    await server?.stop();
    project?.remove();
  });

  async function kubeconfigAfterUp(): Promise<string> {
    await runner.up(STACK, WATCH);
    return String((await runner.outputs(STACK))?.["studentKubeconfig"]);
  }

  /** Who a kubeconfig's owner is to the API server, or why nobody. */
  async function whoIs(kubeconfig: string): Promise<string> {
    const file = join(project?.folder ?? "", "student.kubeconfig");
    writeFileSync(file, kubeconfig);
    const asked = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}", "--kubeconfig", file];
    return (await server?.kubectl(...asked).catch((error: Error) => error.message)) ?? "";
  }

  /** The API server caches tokens that it has accepted, for 10 s. */
  async function secondsUntilRefused(kubeconfig: string): Promise<number> {
    const start = Date.now();
    for (;;) {
      const seconds = (Date.now() - start) / 1000;
      if (/must be logged in|Unauthorized/.test(await whoIs(kubeconfig))) return seconds;
      assert.ok(seconds < 30, "the token still works after 30 s");
      await delay(500);
    }
  }

  let first: string;

  it("works, and the next up keeps it", async () => {
    first = await kubeconfigAfterUp();
    assert.equal(await whoIs(first), ACCOUNT);
    assert.equal(await kubeconfigAfterUp(), first);
  });

  it("is refused once it is revoked, and the student's other objects stay", async () => {
    const students = [{ id: "alice", settings: {} }];
    const [outcome] = await revokeClass({ ...fakeClass(students), name: "class", runner });
    assert.equal(outcome?.result, "done", outcome?.detail);
    assert.ok((await secondsUntilRefused(first)) < 15);
    assert.equal(
      await server?.kubectl("get", "serviceaccounts", "-n", "gourmetgram-alice", "-o", "name"),
      "serviceaccount/student",
    );
    const [again] = await revokeClass({ ...fakeClass(students), name: "class", runner });
    assert.match(again?.detail ?? "", /no kubeconfig since it was last revoked/);
  });

  it("is given out again by the next up, and the old one stays refused", async () => {
    const second = await kubeconfigAfterUp();
    assert.notEqual(second, first);
    assert.equal(await whoIs(second), ACCOUNT);
    assert.match(await whoIs(first), /must be logged in|Unauthorized/);
  });
});
