import assert from "node:assert/strict";
import { failedSteps, GAVE_WAY, startsChild, stepsOf } from "../../../../../tooling/live/runs/run-steps";
import {
  again,
  at,
  building,
  cloning,
  late,
  NO_REPOSITORY,
  REASON,
  starting,
  training,
  unfit,
  unreachable,
} from "../../../../support/runs";
import type { Workflow } from "../../../../../tooling/live/workflows/workflow";

describe("workflows: steps", () => {
  it("has one entry for each step, however often it was tried, and none for groups", () => {
    assert.deepEqual(
      stepsOf(training("Running")).map(({ name, node }) => [name, node.id]),
      [
        ["run-training", "x-1-0"],
        ["build-container", "x-2"],
      ],
    );
  });

  it("measures what runs and what has ended", () => {
    const seconds = stepsOf(building(), Date.parse(at(37))).map((step) => [step.name, step.seconds]);
    assert.deepEqual(seconds, [
      ["clone", 3],
      ["download-model", 8],
      ["build-image", 7],
    ]);
  });

  it("has the containers of a pod as steps, each when its turn has come", () => {
    const stepsIn = (run: Workflow) =>
      stepsOf(run, Date.parse(at(24))).map(({ name, phase, seconds, message, node }) => [
        name,
        phase,
        seconds,
        message,
        node.id,
      ]);
    assert.deepEqual(stepsIn(cloning()), [
      ["clone", "Running", 2, undefined, "y-3-clone"],
      ["download-model", "Running", 2, undefined, "y-3-model"],
    ]);
    assert.deepEqual(stepsIn(starting()), [
      ["clone", "Pending", 2, "PodInitializing", "y-3-clone"],
      ["download-model", "Pending", 2, "PodInitializing", "y-3-model"],
    ]);
    // Argo says that the last one has started with its pod; its turn came when the others had ended.
    assert.deepEqual(stepsIn(building()).at(-1), ["build-image", "Running", 0, undefined, "y-3-main"]);
  });

  it("tells the container that failed from those that were ended with it", () => {
    const run = unreachable();
    assert.deepEqual(
      stepsOf(run).map(({ name, phase, message, stopped }) => [name, phase, message, stopped]),
      [
        ["clone", "Failed", NO_REPOSITORY, undefined],
        ["download-model", "Failed", NO_REPOSITORY, true],
      ],
    );
    assert.deepEqual(
      failedSteps({ run, children: [] }).map(({ name }) => name),
      ["clone"],
    );
  });

  it("tells the pod's message where the pod was ended, and the container that worked then", () => {
    assert.deepEqual(
      failedSteps({ run: late(), children: [] }).map(({ name, message }) => [name, message]),
      [["build-image", "Pod was active on the node longer than the specified deadline"]],
    );
  });

  it("blames a container that was killed for its memory", () => {
    const run = late();
    const nodes = run.status?.nodes ?? {};
    const main = nodes["y-3-main"];
    assert.ok(main);
    const message = "main: OOMKilled (exit code 137): ";
    const killed = {
      ...run,
      status: { phase: "Failed", nodes: { ...nodes, "y-3-main": { ...main, message } } },
    };
    assert.deepEqual(
      failedSteps({ run: killed, children: [] }).map((step) => [step.name, step.message]),
      [["build-image", message]],
    );
  });

  /** What is told of a step whose container has this message. */
  const toldOf = (message: string): (string | undefined)[] => {
    const run = late();
    const nodes = run.status?.nodes ?? {};
    const main = nodes["y-3-main"];
    assert.ok(main);
    const failed = {
      ...run,
      status: { phase: "Failed", nodes: { ...nodes, "y-3-main": { ...main, message } } },
    };
    return failedSteps({ run: failed, children: [] }).map((step) => step.message);
  };

  it("says that a node was restarted where only an exit code tells of it", () => {
    assert.deepEqual(toldOf("main: Unknown (exit code 255): context canceled"), [
      "main: Unknown (exit code 255), its node was restarted: context canceled",
    ]);
  });

  it("says that a pod had to give way where only a signal tells of it", () => {
    const run = late();
    const { nodes = {} } = run.status ?? {};
    const ended = Object.entries(nodes).map(([id, node]) =>
      node.type === "Pod" ? [id, { ...node, message: "main: Error (exit code 143): " }] : [id, node],
    );
    const gaveWay = { ...run, status: { ...run.status, nodes: Object.fromEntries(ended) as typeof nodes } };
    assert.deepEqual(
      failedSteps({ run: gaveWay, children: [] }).map(({ message }) => message),
      [`main: Error (exit code 143), ${GAVE_WAY}: `],
    );
  });

  it("leaves the lines of Argo's executor out of a message that is the end of the log", () => {
    const own = (text: string): string =>
      `time="2026-01-01T00:00:00.000Z" level=info msg="${text}" argo=true`;
    const log = [
      own("waiting"),
      own("still waiting"),
      "No space left on device",
      own("ended"),
      "Error: exit status 1",
    ];
    assert.deepEqual(toldOf(`main: Error (exit code 1): ${log.join("\n")}\n`), [
      "main: Error (exit code 1): No space left on device",
    ]);
  });

  it("goes on while the step does, since another attempt may follow", () => {
    assert.deepEqual(
      stepsOf(again()).map(({ name, phase, message }) => [name, phase, message]),
      [
        ["clone", "Running", "pod deleted"],
        ["download-model", "Running", "pod deleted"],
      ],
    );
  });

  it("ends the containers of a pod that was refused by its node", () => {
    const run = starting();
    const nodes = run.status?.nodes ?? {};
    const over = { phase: "Failed", message: "Pod was rejected: OutOfmemory", finishedAt: at(23) };
    const [step, pod] = [nodes["y-3"], nodes["y-3-0"]];
    assert.ok(step && pod);
    const refused = {
      ...run,
      status: {
        phase: "Failed",
        nodes: { ...nodes, "y-3": { ...step, ...over }, "y-3-0": { ...pod, ...over } },
      },
    };
    assert.deepEqual(
      failedSteps({ run: refused, children: [] }).map(({ name, message }) => [name, message]),
      [
        ["clone", over.message],
        ["download-model", over.message],
      ],
    );
  });

  it("tells the message of the attempt, not that there was no other", () => {
    const failed = stepsOf(unfit()).find((step) => step.name === "test-staging");
    assert.equal(failed?.message, REASON);
  });

  it("knows an exit handler that is named after its run by its template", () => {
    const run = training("Failed");
    const handler = {
      id: "e",
      displayName: "train-model-x.onExit",
      type: "Pod",
      templateName: "restore-staging",
      startedAt: at(90),
    };
    const nodes = { ...run.status?.nodes, e: handler };
    assert.equal(stepsOf({ ...run, status: { phase: "Failed", nodes } }).at(-1)?.name, "restore-staging");
  });

  it("finds the reason of a failure in the child", () => {
    const run = training("Failed", { phase: "Failed", message: "child failed" });
    const names = (children: ReturnType<typeof unfit>[]): string[] =>
      failedSteps({ run, children }).map((step) => `${step.run}/${step.name}`);
    assert.deepEqual(names([unfit()]), ["build-y/test-staging"]);
    assert.deepEqual(names([]), ["train-model-x/build-container"]);
  });

  it("tells the step that waits for a child, once there is one", () => {
    const run = training("Running");
    const step = stepsOf(run).at(-1);
    assert.ok(step);
    assert.equal(startsChild(step, { run, children: [] }), false);
    assert.equal(startsChild(step, { run, children: [building()] }), true);
  });
});
