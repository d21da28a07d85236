import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockedStack, OtherClass, StackFailure, type Watch } from "../../tooling/class/runner/stack-runner";
import { ClassProject } from "./support/class-project";

const watch: Watch = { step: () => undefined, signal: new AbortController().signal };

describe("the stacks of a class, with the real engine", function () {
  this.timeout(300_000);
  let project: ClassProject;

  before(function () {
    const made = ClassProject.make();
    if (made === undefined) return this.skip(); // test/engine.ts says where the engine is.
    project = made;
  });
  after(() => project?.remove());

  /** What the backend has of a class's stacks, without the copies of their states that it keeps. */
  const filesOf = (prefix: string): string[] =>
    readdirSync(join(project.backend, ".pulumi", "stacks", "gourmetgram")).filter(
      (name) => name.startsWith(prefix) && !/\.bak(\.attrs)?$/.test(name),
    );

  it("are made by up, and say which class they are part of", async () => {
    const runner = await project.runner("dev", ["alice"]);
    assert.deepEqual(await runner.stacks(), []);
    assert.deepEqual(await runner.up("dev-alice", watch), { create: 1 });
    assert.deepEqual(await runner.up("dev-alice", watch), { same: 1 });
    assert.deepEqual(await runner.stacks(), ["dev-alice"]);
    // As another run finds it.
    const again = await project.runner("dev", ["alice"]);
    assert.deepEqual(await again.stacks(), ["dev-alice"]);
    assert.deepEqual(await again.outputs("dev-alice"), { student: "alice", hidden: "a secret" });
    assert.deepEqual(await again.objects("dev-alice"), []);
    const state = await again.state("dev-alice");
    assert.deepEqual([state?.resources, state?.locked], [1, false]);
    assert.deepEqual([state?.lastUpdate?.kind, state?.lastUpdate?.result], ["update", "succeeded"]);
  });

  it("are not those of a class whose name begins in the same way", async () => {
    const other = await project.runner("dev-x", []);
    await other.up("dev-x-base", watch);
    const runner = await project.runner("dev", ["x-base"]);
    assert.deepEqual(await runner.stacks(), ["dev-alice"]);
    assert.equal(await runner.outputs("dev-x-base"), undefined);
    assert.equal(await runner.state("dev-x-base"), undefined);
    await assert.rejects(runner.up("dev-x-base", watch), (error: Error) => {
      assert.ok(error instanceof OtherClass);
      assert.match(error.message, /the stack dev-x-base is part of the class dev-x; nothing was changed/);
      return true;
    });
    assert.deepEqual(await other.stacks({ fresh: true }), ["dev-x-base"]);
  });

  it("are also those that were made before stacks said so, as soon as they are brought up", async () => {
    await project.ask(["stack", "init", "dev-bob"]);
    const runner = await project.runner("dev", ["bob"]);
    assert.deepEqual(await runner.stacks(), ["dev-alice"]);
    await runner.up("dev-bob", watch);
    assert.deepEqual((await runner.stacks({ fresh: true })).sort(), ["dev-alice", "dev-bob"]);
  });

  it("are not left behind by a preview", async () => {
    const runner = await project.runner("dev", ["carol"]);
    const { changes, outputs } = await runner.preview("dev-carol", watch);
    assert.deepEqual([changes, outputs], [{ create: 1 }, { planned: "yes" }]);
    assert.deepEqual(filesOf("dev-carol"), []);
  });

  it("are held to the policies by a preview, and leave nothing behind then either", async () => {
    const runner = await project.runner("dev", ["mallory"]);
    await assert.rejects(runner.preview("dev-mallory", watch), /policy not-mallory: [^]*mallory is refused/);
    assert.deepEqual(filesOf("dev-mallory"), []);
  });

  it("are not said to be missing where they cannot be read", async () => {
    const runner = await project.runner("dev", ["alice"], {
      environment: { PULUMI_CONFIG_PASSPHRASE: "another one" },
    });
    await assert.rejects(runner.outputs("dev-alice"), /incorrect passphrase/);
    const lost = await project.runner("dev", ["alice"], {
      environment: { PULUMI_BACKEND_URL: "file:///nowhere/at/all" },
    });
    await assert.rejects(lost.stacks(), /the list of the class dev cannot be read: .*nowhere/);
  });

  it("tell why they fail, and where the rest is", async () => {
    const runner = await project.runner("dev", ["alice"], { size: "large" });
    await assert.rejects(runner.up("dev-alice", watch), (error: Error) => {
      assert.ok(error instanceof StackFailure);
      assert.match(error.message, /large is too large/);
      assert.ok(existsSync(error.log));
      return true;
    });
  });

  it("are left alone where another run has them", async () => {
    const lock = join(project.locks, "dev-bob", "00000000-0000-0000-0000-000000000000.json");
    mkdirSync(join(project.locks, "dev-bob"), { recursive: true });
    writeFileSync(
      lock,
      JSON.stringify({ pid: 1, username: "someone", hostname: "elsewhere", timestamp: new Date() }),
    );
    const runner = await project.runner("dev", ["bob"]);
    assert.equal((await runner.state("dev-bob"))?.locked, true);
    await assert.rejects(runner.up("dev-bob", watch), LockedStack);
    await assert.rejects(runner.destroy("dev-bob", watch), LockedStack);
    rmSync(lock);
  });

  it("go with their tags", async () => {
    const runner = await project.runner("dev", ["alice", "bob"]);
    for (const stack of ["dev-alice", "dev-bob"]) {
      await runner.destroy(stack, watch);
      await runner.remove(stack);
    }
    assert.deepEqual(await runner.stacks(), []);
    assert.deepEqual([...filesOf("dev-alice"), ...filesOf("dev-bob")], []);
  });
});

describe("the engine's answers", function () {
  this.timeout(60_000);
  let project: ClassProject;

  before(async function () {
    const made = ClassProject.make();
    if (made === undefined) return this.skip();
    project = made;
    await (await project.runner("course", ["alice"])).up("course-alice", watch);
  });
  after(() => project?.remove());

  it("say that a stack is not there", async () => {
    for (const args of [
      ["stack", "output", "--json", "--stack", "none"],
      ["stack", "export", "--stack", "none"],
      ["stack", "select", "none"],
    ]) {
      assert.deepEqual(await project.ask(args), { kind: "none" }, args.join(" "));
    }
  });

  it("do not say so where the passphrase is wrong or missing", async () => {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", "course-alice"];
    assert.equal((await project.ask(args)).kind, "found");
    for (const passphrase of ["another one", ""]) {
      const answer = await project.ask(args, { PULUMI_CONFIG_PASSPHRASE: passphrase });
      assert.ok(answer.kind === "failed", passphrase);
      assert.match(answer.reason, /passphrase/);
      assert.match(answer.remedy, /^set PULUMI_CONFIG_PASSPHRASE/);
    }
  });

  it("do not say so where the backend does not answer", async () => {
    for (const args of [
      ["stack", "ls", "--json"],
      ["stack", "output", "--json", "--stack", "course-alice"],
    ]) {
      const answer = await project.ask(args, { PULUMI_BACKEND_URL: "file:///nowhere/at/all" });
      assert.equal(answer.kind, "failed", args.join(" "));
    }
  });

  it("say with a tag which stacks there are", async () => {
    const args = ["stack", "ls", "--json", "--tag"];
    const named = async (tag: string): Promise<string[]> => {
      const answer = await project.ask([...args, tag]);
      assert.ok(answer.kind === "found");
      return (JSON.parse(answer.value) as { name: string }[]).map(({ name }) => name);
    };
    assert.deepEqual(await named("gourmetgram:class=course"), ["course-alice"]);
    assert.deepEqual(await named("gourmetgram:class=cour"), []);
  });
});
