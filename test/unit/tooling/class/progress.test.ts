import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { logDisplay } from "../../../../tooling/class/view/class-display";
import { EngineEvents } from "../../../../tooling/class/runner/engine-events";
import { selectionOf } from "../../../../tooling/class/roster/selection";
import { NotStarted } from "../../../../tooling/support/errors";
import { whileFreeing } from "../../../../tooling/class/cluster/student-cluster";
import { studentsNamed } from "./fake-class";

describe("class: progress", () => {
  it("prints begin and end of each student, and a step at most every ten seconds", () => {
    const lines: string[] = [];
    let now = 0;
    const display = logDisplay(
      (line) => lines.push(line.slice(10)),
      () => now,
    );
    display.expect(["a", "bob"]);
    display.begin("a");
    display.begin("bob");
    for (const seconds of [0, 3, 9, 10, 15]) {
      now = seconds * 1000;
      display.step("a", `step at ${seconds}`);
    }
    display.end({ student: "bob", result: "failed", seconds: 75, detail: "one\ntwo" });
    assert.deepEqual(lines, [
      "a    started",
      "bob  started",
      "a    step at 0",
      "a    step at 10",
      "bob  failed, 1:15: one",
    ]);
  });

  it("puts the engine's events into words, and keeps its reasons", () => {
    const steps: string[] = [];
    const events = new EngineEvents((text) => steps.push(text));
    const urn = "urn:pulumi:dev-a::gourmetgram::kubernetes:apps/v1:Deployment::mlflow-deployment";
    const told = (message: string) => ({ diagnosticEvent: { severity: "error", color: "never", message } });
    for (const event of [
      { resourcePreEvent: { metadata: { op: "create", urn, type: "kubernetes:apps/v1:Deployment" } } },
      told("<{%reset%}>no such image<{%reset%}>\n"),
      told("no such image"),
      told("update failed"),
      { summaryEvent: { resourceChanges: { create: 1 } } },
      {
        resOutputsEvent: {
          metadata: { type: "pulumi:pulumi:Stack", new: { outputs: { namespace: "gourmetgram-a" } } },
        },
      },
    ]) {
      events.take(event as unknown as EngineEvent);
    }
    assert.deepEqual(steps, ["creating Deployment mlflow-deployment"]);
    assert.equal(events.reason, "no such image");
    assert.deepEqual(events.changes, { create: 1 });
    assert.deepEqual(events.outputs, { namespace: "gourmetgram-a" });
  });

  it("frees hanging namespaces as long as something waits for them, and no longer", async () => {
    const steps: string[] = [];
    let asked = 0;
    const free = () => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error("no answer")) : Promise.resolve(["workflow a/b"]);
    };
    const work = async () => {
      while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      return "gone";
    };
    assert.equal(await whileFreeing(free, (text) => steps.push(text), work, 1), "gone");
    assert.ok(steps.includes("finalizer of workflow a/b taken away"));
    const before = asked;
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(asked, before);
  });
});

describe("class: selection", () => {
  const students = studentsNamed("alice", "bob");

  it("is all of the roster, or those that are named, each once", () => {
    assert.deepEqual(selectionOf(students, undefined), ["alice", "bob"]);
    assert.deepEqual(selectionOf(students, ["bob,alice", "bob"]), ["bob", "alice"]);
  });

  it("takes someone who has left the roster and still has a stack", () => {
    assert.deepEqual(selectionOf(students, ["zoe"], ["zoe"]), ["zoe"]);
  });

  it("refuses everyone else, with the nearest", () => {
    assert.throws(
      () => selectionOf(students, ["alcie", "wolfgang"]),
      new NotStarted("alcie is not in the roster: is alice meant?\nwolfgang is not in the roster"),
    );
  });
});
