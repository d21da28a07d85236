import assert from "node:assert/strict";
import { downClass } from "../../../../tooling/class/actions/down-class";
import { NoRoom } from "../../../../tooling/class/capacity/footprints";
import { nothingInTheWay, previewClass, previewText } from "../../../../tooling/class/actions/preview-class";
import { resetClass } from "../../../../tooling/class/actions/reset-class";
import { revokeClass } from "../../../../tooling/class/actions/revoke-class";
import type { Outcome } from "../../../../tooling/class/runner/outcome";
import { LockedStack, StackFailure } from "../../../../tooling/class/runner/stack-runner";
import { isUp, statusOfClass, statusText } from "../../../../tooling/class/actions/status-class";
import { summaryTable } from "../../../../tooling/class/view/table";
import { upClass } from "../../../../tooling/class/actions/up-class";
import { fakeClass, studentsNamed } from "./fake-class";

const NO_WAIT = { seconds: 0, pauseMilliseconds: 1 };
const results = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map(({ student, result, detail }) => `${student} ${result}: ${detail}`);

describe("class: up", () => {
  it("brings up the base, then the students, no more at a time than asked for", async () => {
    const context = fakeClass(studentsNamed("a", "b", "c", "d", "e"), { parallel: 3 });
    const outcomes = await upClass(context);
    assert.deepEqual(
      results(outcomes),
      ["base", "a", "b", "c", "d", "e"].map((id) => `${id} done: 9 created`),
    );
    assert.equal(context.runner.calls[0], "up dev-base");
    assert.equal(context.runner.most, 3);
  });

  it("goes on after failures, and tells a locked stack from a broken one", async () => {
    const context = fakeClass(studentsNamed("a", "b", "c"));
    context.runner.failures.set("up dev-a", new LockedStack("dev-a"));
    context.runner.failures.set("up dev-b", new StackFailure("no such image", "/logs/b.log"));
    const outcomes = await upClass(context);
    assert.deepEqual(results(outcomes), [
      "base done: 9 created",
      "a locked: another run has locked the stack dev-a; nothing was changed",
      "b failed: no such image",
      "c done: 9 created",
    ]);
    const text = summaryTable(outcomes);
    assert.match(text, /^2 of 4 done$/m);
    assert.match(
      text,
      /^ {2}remedy: wait for the run on the other machine; .* npm run pulumi -- cancel dev-a --yes$/m,
    );
    assert.match(text, /^b:\n {2}no such image\n {2}remedy: .*the whole output: \/logs\/b\.log$/m);
  });

  it("does not begin with the students if the base fails", async () => {
    const context = fakeClass(studentsNamed("a"));
    context.runner.failures.set("up dev-base", new Error("no docker"));
    assert.deepEqual(results(await upClass(context)), [
      "base failed: no docker",
      "a not started: the base, which all need, is not up",
    ]);
  });

  it("starts no other stack once it is interrupted, and says what was done", async () => {
    const stop = new AbortController();
    const context = fakeClass(studentsNamed("a", "b", "c"), { parallel: 1, signal: stop.signal });
    const up = context.runner.up.bind(context.runner);
    context.runner.up = (stack) => {
      if (stack !== "dev-b") return up(stack);
      stop.abort();
      return Promise.reject(new StackFailure("canceled", "log"));
    };
    assert.deepEqual(results(await upClass(context)), [
      "base done: 9 created",
      "a done: 9 created",
      "b interrupted: what was done is kept",
      "c not started: interrupted before",
    ]);
  });

  it("refuses a class that has no room, before anything is changed, unless it is forced", async () => {
    const context = fakeClass(studentsNamed(...Array.from({ length: 16 }, (_, index) => `s${index}`)));
    await assert.rejects(upClass(context), (error: Error) => {
      assert.ok(error instanceof NoRoom);
      assert.match(error.message, /too much: 2\.1 cores needed, 0\.5 cores of it for one run; 2 cores free/);
      return true;
    });
    assert.deepEqual(context.runner.calls, []);
    assert.equal((await upClass(context, { force: true })).length, 17);
  });
});

describe("class: preview", () => {
  it("counts what would be done to each stack", async () => {
    const context = fakeClass(studentsNamed("a", "b"));
    await upClass({ ...context, selected: ["a"] });
    const found = await previewClass(context);
    assert.deepEqual(Object.fromEntries(found.changes), {
      base: { same: 9 },
      a: { same: 9 },
      b: { create: 9 },
    });
    assert.ok(nothingInTheWay(found));
    const [table = "", room = ""] = previewText(found).split("\n\n");
    assert.deepEqual(table.split("\n"), [
      "student  create  update  replace  delete  same  schedule",
      "base     0       0       0        0       9",
      "a        0       0       0        0       9     39 2 * * *",
      "b        9       0       0        0       0     33 2 * * *",
    ]);
    assert.match(room, /^2 stacks: 0\.2 cores and 2 GiB requested by 8 pods/);
  });

  it("says that students wait for the base, which is no obstacle", async () => {
    const found = await previewClass(fakeClass(studentsNamed("a")));
    assert.deepEqual(results(found.outcomes), [
      "base done: ",
      "a not started: can be previewed once the base is up",
    ]);
    assert.ok(nothingInTheWay(found));
  });

  it("fails where a preview fails", async () => {
    const context = fakeClass(studentsNamed("a"));
    await upClass(context);
    context.runner.failures.set("preview dev-a", new Error("two\nlines"));
    const found = await previewClass(context);
    assert.equal(nothingInTheWay(found), false);
    assert.match(previewText(found), /^a:\n {2}two\n {2}lines\n {2}remedy: fix the cause/m);
  });
});

describe("class: down", () => {
  it("ends runs, destroys, removes the stack, and proves it; the base last", async () => {
    const context = fakeClass(studentsNamed("a"));
    await upClass(context);
    context.runner.calls.length = 0;
    assert.deepEqual(results(await downClass(context, NO_WAIT)), [
      "a done: unchanged, nothing is left".replace("unchanged", "9 deleted"),
      "base done: 9 deleted, nothing is left",
    ]);
    assert.deepEqual(context.runner.calls, [
      "destroy dev-a",
      "remove dev-a",
      "destroy dev-base",
      "remove dev-base",
    ]);
    assert.deepEqual(context.asked, [
      "terminate a",
      "remove images a/",
      "audit a",
      "audit base",
      "remove images built here for localhost:30500",
    ]);
  });

  it("says which images it took from this machine's Docker, and fails if one stays", async () => {
    const down = async (removed: readonly string[], left: readonly string[]) => {
      const removeHostImages = () => Promise.resolve({ removed, left });
      const context = fakeClass([], { removeHostImages });
      await upClass(context);
      return results(await downClass(context, NO_WAIT));
    };
    assert.deepEqual(await down(["localhost:30500/gourmetgram-train:latest"], []), [
      "base done: 9 deleted, nothing is left, images removed from Docker: 1",
    ]);
    assert.deepEqual(await down([], ["image localhost:30500/gourmetgram-git:latest in Docker: in use"]), [
      "base failed: still here:\n  image localhost:30500/gourmetgram-git:latest in Docker: in use",
    ]);
  });

  it("keeps the base while a student outside the roster needs it, and says how to go on", async () => {
    const context = fakeClass(studentsNamed("a"));
    await upClass(context);
    context.runner.existing.set("dev-zoe", {});
    const outcomes = await downClass(context, NO_WAIT);
    assert.equal(
      results(outcomes)[1],
      "base not started: students who are not in the roster have a stack: zoe",
    );
    assert.match(outcomes[1]?.remedy ?? "", /--only zoe/);
  });

  it("keeps the base if a student could not be taken away, or if only some were asked for", async () => {
    const context = fakeClass(studentsNamed("a"));
    await upClass(context);
    context.runner.failures.set("destroy dev-a", new Error("hangs"));
    assert.deepEqual(results(await downClass(context, NO_WAIT)), [
      "a failed: hangs",
      "base not started: it stays as long as a student's stack needs it",
    ]);
    context.runner.failures.clear();
    assert.equal((await downClass({ ...context, only: true }, NO_WAIT)).length, 1);
    assert.ok(context.runner.existing.has("dev-base"));
  });

  it("fails where something is left, and tells what the settings keep", async () => {
    const left = fakeClass(studentsNamed("a"), {
      leftovers: { left: ["namespace gourmetgram-a"], kept: [] },
    });
    assert.equal(
      results(await downClass({ ...left, only: true }, NO_WAIT))[0],
      "a failed: still here:\n  namespace gourmetgram-a",
    );
    const kept = fakeClass([{ id: "a", settings: { keepData: "true" } }], {
      leftovers: { left: [], kept: ["volume v of claim gourmetgram-a/mlflow"] },
    });
    await upClass(kept);
    const [outcome = ""] = results(await downClass({ ...kept, only: true }, NO_WAIT));
    assert.equal(outcome, "a done: 9 deleted, kept: volume v of claim gourmetgram-a/mlflow");
    assert.ok(kept.asked.includes("delete runs a"));
  });
});

describe("class: down and reset, with keepData", () => {
  // As `npm run pulumi -- config set gourmetgram:keepData true` writes it.
  const KEEPING = 'config:\n  gourmetgram:keepData: "true"\n';

  it("leave the data of a class, and the images, where the setting is a text", async () => {
    const context = fakeClass(studentsNamed("a"), { classFile: KEEPING });
    await upClass(context);
    await downClass(context, NO_WAIT);
    assert.deepEqual(context.asked, [
      "terminate a",
      "delete runs a",
      "audit a, which keeps its data",
      "audit base, which keeps its data",
      "remove images built here for localhost:30500",
    ]);
    // All stacks are gone, and their data is still meant to be there.
    context.asked.length = 0;
    await downClass(context, NO_WAIT);
    assert.deepEqual(context.asked, ["audit a, which keeps its data", "audit base, which keeps its data"]);
    const [outcome = ""] = results(await resetClass(context, NO_WAIT));
    assert.match(outcome, /^a failed: keepData keeps the data that a reset is meant to delete/);
  });

  it("delete nothing where no up has told the stacks of it", async () => {
    const before = fakeClass(studentsNamed("a", "b"));
    await upClass(before);
    before.runner.calls.length = 0;
    const { files } = fakeClass(studentsNamed("a", "b"), { classFile: KEEPING });
    const message = (names: string) =>
      new RegExp(
        `^gourmetgram:keepData is true for ${names}, but .* deleted\n  remedy: npm run class -- up --roster`,
      );
    await assert.rejects(downClass({ ...before, files }, NO_WAIT), { message: message("a, b, base") });
    const only = { ...before, files, selected: ["b"], only: true };
    await assert.rejects(downClass(only, NO_WAIT), { message: message("b") });
    // The base alone would lose the images of all.
    before.runner.keeps.set("dev-a", true).set("dev-b", true);
    await assert.rejects(downClass({ ...before, files }, NO_WAIT), { message: message("base") });
    assert.deepEqual([before.runner.calls, before.asked], [[], []]);
  });

  it("go by the stack where the setting is off, or went with the student's line in the roster", async () => {
    const context = fakeClass([{ id: "a", settings: { keepData: "true" } }, ...studentsNamed("b")]);
    await upClass(context);
    const { files } = fakeClass(studentsNamed("b"));
    const [reset = ""] = results(await resetClass({ ...context, files, selected: ["a"] }, NO_WAIT));
    assert.match(reset, /^a failed: keepData keeps the data/);
    await downClass({ ...context, files, only: true, parallel: 1 }, NO_WAIT);
    assert.deepEqual(context.asked, [
      "terminate a",
      "delete runs a",
      "audit a, which keeps its data",
      "terminate b",
      "remove images b/",
      "audit b",
    ]);
  });
});

describe("class: reset, revoke and status", () => {
  it("creates one student again and touches no one else", async () => {
    const context = fakeClass(studentsNamed("a", "b"));
    await upClass(context);
    context.runner.calls.length = 0;
    const outcomes = await resetClass({ ...context, selected: ["b"], only: true }, NO_WAIT);
    assert.deepEqual(results(outcomes), ["b done: created again: 9 created"]);
    assert.deepEqual(context.runner.calls, ["destroy dev-b", "remove dev-b", "up dev-b"]);
  });

  it("does not reset what is to be kept", async () => {
    const context = fakeClass([{ id: "a", settings: { keepData: "true" } }]);
    const [outcome] = await resetClass(context, NO_WAIT);
    assert.equal(outcome?.result, "failed");
    assert.deepEqual(context.runner.calls, []);
  });

  it("ends one student's access, and nothing else", async () => {
    const context = fakeClass(studentsNamed("a", "b"));
    await upClass(context);
    context.runner.calls.length = 0;
    const selected = { ...context, selected: ["b"], only: true };
    assert.deepEqual(results(await revokeClass(selected)), [
      "b done: access revoked; class up --only b gives out another kubeconfig",
    ]);
    assert.deepEqual(context.runner.calls, [
      "destroy **gourmetgram:index:StudentAccess$kubernetes:core/v1:Secret::** of dev-b",
    ]);
  });

  it("says that there is no access to end", async () => {
    const context = fakeClass(studentsNamed("a"));
    assert.deepEqual(results(await revokeClass(context)), ["a failed: there is no stack dev-a"]);
    await upClass(context);
    context.runner.accesses = 0;
    const [outcome = ""] = results(await revokeClass(context));
    assert.match(outcome, /no kubeconfig since it was last revoked\n {2}fix: npm run class -- up .*--only a/);
  });

  it("shows each stack, its pods and its lock", async () => {
    const context = fakeClass(studentsNamed("a", "b"));
    await upClass({ ...context, selected: ["a"] });
    const found = await statusOfClass(context);
    assert.deepEqual(found.map(isUp), [true, true, false]);
    assert.deepEqual(statusText(found).split("\n"), [
      "student  stack        last update                        pods  last run  registry",
      "base     9 resources  update succeeded 2026-01-02 03:04",
      "a        9 resources  update succeeded 2026-01-02 03:04  4/4             1.5 GiB",
      "b        no stack                                        4/4",
    ]);
  });
});
