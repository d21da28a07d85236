import assert from "node:assert/strict";
import type { V1PersistentVolume } from "@kubernetes/client-node";
import { tryAll } from "../../../../../tooling/bench/faults/figures";
import { volumePlace } from "../../../../../tooling/bench/faults/full/volume";
import type { Trial } from "../../../../../tooling/bench/faults/judgement";
import { hadEnded } from "../../../../../tooling/bench/faults/kill";
import {
  FAULTY_PARTS,
  FAULTY_STEPS,
  type FaultyRun,
  faultyRuns,
  type Part,
  selectedFaults,
} from "../../../../../tooling/bench/faults/parts";
import { placeOf } from "../../../../../tooling/bench/faults/place";
import { CommandError } from "../../../../../tooling/machine/run";
import type { Family } from "../../../../../tooling/live/workflows/family";
import { building, built, cloning, training } from "../../../../support/runs";

const trial = (part: Trial["part"], step: Trial["step"]): Trial => ({
  part,
  step,
  run: "succeeded",
  seconds: 61,
  message: "",
  unanswered: 0,
  problems: [],
});

describe("the faults of a selection", () => {
  it("are each part in each step, what is full in its own, a run for each part, and the disk where it is asked for", () => {
    const all = faultyRuns(selectedFaults({}));
    const disk = faultyRuns(selectedFaults({ parts: ["disk"] }));
    assert.deepEqual(disk, [{ part: "disk", steps: ["run-training", "build-image"] }]);
    assert.deepEqual(
      [...all, ...disk],
      Object.entries(FAULTY_PARTS).map(([part, { steps = FAULTY_STEPS }]: [string, Part]) => ({
        part,
        steps,
      })),
    );
  });

  it("are in the steps that are asked for, and a full volume in its own alone", () => {
    assert.deepEqual(selectedFaults({ parts: ["postgres", "mlflow"], steps: ["test-staging", "clone"] }), [
      { part: "mlflow", step: "clone" },
      { part: "mlflow", step: "test-staging" },
      { part: "postgres", step: "clone" },
      { part: "postgres", step: "test-staging" },
    ]);
    const steps = FAULTY_STEPS;
    assert.equal(selectedFaults({ parts: ["buildkit"], steps }).length, FAULTY_STEPS.length);
    assert.deepEqual(selectedFaults({ parts: ["mlflow-volume"], steps }), [
      { part: "mlflow-volume", step: "run-training" },
    ]);
    assert.deepEqual(selectedFaults({ parts: ["disk"], steps: ["clone", "build-image"] }), [
      { part: "disk", step: "build-image" },
    ]);
  });

  it("are as many as asked for, different ones, at random", () => {
    const three = selectedFaults({ parts: ["node"], sample: 3 });
    assert.equal(new Set(three.map(({ step }) => step)).size, 3);
    assert.deepEqual(
      selectedFaults({ parts: ["node"], sample: 1 }, () => 0),
      [{ part: "node", step: "test-staging" }],
    );
    assert.equal(selectedFaults({ parts: ["node"], sample: 100 }).length, FAULTY_STEPS.length);
  });
});

describe("the trials of all faults", () => {
  const both: FaultyRun[] = [
    { part: "mlflow", steps: ["run-training", "download-model", "test-staging"] },
    { part: "node", steps: ["run-training"] },
  ];

  /** What is noted, run by run, and what was asked for. */
  async function noted(
    carryOut: (run: FaultyRun) => Promise<Trial[]>,
    signal = new AbortController().signal,
  ): Promise<string[]> {
    const lines: string[] = [];
    const note = (trials: readonly Trial[]): Promise<void> => {
      lines.push(trials.map(({ part, step, run }) => `${part} ${step} ${run}`).join(", "));
      return Promise.resolve();
    };
    await tryAll(both, { carryOut, note, report: () => undefined, signal });
    return lines;
  }

  it("go on in another run with the steps that a run has not come to", async () => {
    const lines = await noted(({ part, steps: [first] }) =>
      Promise.resolve(first === undefined ? [] : [trial(part, first)]),
    );
    assert.deepEqual(lines, [
      "mlflow run-training succeeded",
      "mlflow download-model succeeded",
      "mlflow test-staging succeeded",
      "node run-training succeeded",
    ]);
  });

  it("go on with the next part where one breaks off, which is noted", async () => {
    const lines = await noted(({ part, steps }) =>
      part === "mlflow"
        ? Promise.reject(new Error("no answer"))
        : Promise.resolve(steps.map((step) => trial(part, step))),
    );
    assert.deepEqual(lines, [
      "mlflow run-training not known, mlflow download-model not known, mlflow test-staging not known",
      "node run-training succeeded",
    ]);
  });

  it("end with the signal, and note nothing of the one that it has ended", async () => {
    const stop = new AbortController();
    const lines = await noted(() => {
      stop.abort(new Error("enough"));
      return Promise.reject(new Error("enough"));
    }, stop.signal);
    assert.deepEqual(lines, []);
  });
});

describe("the step in which a run is", () => {
  const family = (run: Family["run"], ...children: Family["run"][]): Family => ({ run, children });
  const at = (now: Family, step: Parameters<typeof placeOf>[1]): string | undefined => {
    const place = placeOf(now, step);
    return place === undefined ? undefined : `${place.run} ${place.node.id}`;
  };

  it("is one whose container runs", () => {
    assert.equal(at(family(training("Running"), building()), "build-image"), "build-y y-3-main");
    assert.equal(at(family(training("Running"), cloning()), "build-image"), undefined);
    assert.equal(at(family(training("Running"), built()), "build-image"), undefined);
    assert.equal(at(family(training("Running")), "run-training"), undefined);
  });

  it("is a brief one from its pod on, and no longer", () => {
    const pending = structuredClone(cloning());
    for (const node of Object.values(pending.status?.nodes ?? {})) Object.assign(node, { phase: "Pending" });
    assert.equal(at(family(training("Running"), pending), "clone"), "build-y y-3-clone");
    assert.equal(at(family(training("Running"), pending), "build-image"), undefined);
    assert.equal(at(family(training("Running"), cloning()), "download-model"), "build-y y-3-model");
    assert.equal(at(family(training("Running"), building()), "clone"), undefined);
  });
});

describe("a container that is to be killed", () => {
  const failed = (line: string): CommandError => new CommandError("docker exec", 1, [line], "faults.log");

  it("may have ended before", () => {
    assert.ok(hadEnded(failed("ctr: process already finished: not found")));
    assert.ok(hadEnded(failed("ctr: task 1f2e not found: not found")));
  });

  it("is not killed where there is no program for it, no node, or no right", () => {
    const noProgram = 'OCI runtime exec failed: exec: "ctr": executable file not found in $PATH: unknown';
    assert.ok(!hadEnded(failed(noProgram)));
    assert.ok(!hadEnded(failed("Error response from daemon: No such container: gourmetgram-worker")));
    assert.ok(!hadEnded(new Error("task: not found")));
  });
});

describe("the place of a volume", () => {
  const volume = (spec: NonNullable<V1PersistentVolume["spec"]>): V1PersistentVolume => ({ spec });
  const nodeAffinity = {
    required: {
      nodeSelectorTerms: [
        {
          matchExpressions: [
            { key: "kubernetes.io/hostname", operator: "In", values: ["gourmetgram-worker"] },
          ],
        },
      ],
    },
  };

  it("is a folder of the node to which it is bound", () => {
    const place = { node: "gourmetgram-worker", folder: "/var/data/pvc-1" };
    const { folder: path } = place;
    assert.deepEqual(volumePlace(volume({ nodeAffinity, hostPath: { path } })), place);
    assert.deepEqual(volumePlace(volume({ nodeAffinity, local: { path } })), place);
  });

  it("is unknown where it is no folder, or that of any node", () => {
    assert.equal(volumePlace(volume({ hostPath: { path: "/var/data" } })), undefined);
    assert.equal(volumePlace(volume({ nodeAffinity })), undefined);
  });
});
