import assert from "node:assert/strict";
import type { CoreV1Api } from "@kubernetes/client-node";
import { TRAIN_EXIT } from "../../../../../tooling/cli/commands/lab/train";
import type { Family } from "../../../../../tooling/live/workflows/family";
import { type RunReport, reportOf, textOfLogs } from "../../../../../tooling/live/runs/run-report";
import {
  built,
  COMMIT,
  IMAGE,
  NO_REPOSITORY,
  REASON,
  refused,
  training,
  unfit,
  unreachable,
} from "../../../../support/runs";

/** What a step printed, and what Argo's executor added. */
const LOG = `asking the pod
no
time="2026-01-01T00:00:00.000Z" level=info msg="sub-process exited" argo=true error="<nil>"
Error: exit status 1
`;

/** A cluster with one pod, that of the attempt at testing. */
const withLog = (log: string): CoreV1Api =>
  ({
    listNamespacedPod: () =>
      Promise.resolve({
        items: [{ metadata: { name: "pod", annotations: { "workflows.argoproj.io/node-id": "y-5-0" } } }],
      }),
    readNamespacedPodLog: () => Promise.resolve(log),
  }) as unknown as CoreV1Api;

const report = (family: Family): Promise<RunReport> => reportOf(family, withLog(LOG));
const NORMAL: Family = { run: training("Succeeded", { phase: "Succeeded" }), children: [built()] };
const UNFIT: Family = { run: training("Failed", { phase: "Failed" }), children: [unfit()] };
const REFUSED: Family = { run: refused(), children: [] };

describe("workflows: report", () => {
  it("has what came of a run and its child, their steps and no failure", async () => {
    const { run, children, verdict, products, failures } = await report(NORMAL);
    assert.deepEqual([run, children, verdict, failures], ["train-model-x", ["build-y"], "succeeded", []]);
    assert.deepEqual(products, {
      modelVersion: "7",
      imageDigest: IMAGE.split("@")[1],
      image: IMAGE,
      commit: COMMIT,
      trainingImage: "train@sha256:1",
      stagingUrl: "http://app:8000",
      prediction: "Soup",
    });
  });

  it("shows the message of the step that failed, and the end of its log", async () => {
    const unfitReport = await report(UNFIT);
    assert.deepEqual(unfitReport.failures, [
      { run: "build-y", step: "test-staging", message: REASON, log: "asking the pod\nno" },
    ]);
    assert.deepEqual(textOfLogs(unfitReport), [
      "",
      "last lines of the log of step test-staging of build-y:",
      "  | asking the pod",
      "  | no",
    ]);
  });

  it("shows the log of the one container that failed of a pod", async () => {
    const asked: unknown[] = [];
    const core = {
      listNamespacedPod: () =>
        Promise.resolve({
          items: [{ metadata: { name: "pod", annotations: { "workflows.argoproj.io/node-id": "y-3-0" } } }],
        }),
      readNamespacedPodLog: (request: unknown) => {
        asked.push(request);
        return Promise.resolve("asking the repository\n");
      },
    } as unknown as CoreV1Api;
    const { failures } = await reportOf({ run: unreachable(), children: [] }, core);
    assert.deepEqual(failures, [
      { run: "build-y", step: "clone", message: NO_REPOSITORY, log: "asking the repository" },
    ]);
    assert.deepEqual(asked, [{ name: "pod", namespace: "lab", container: "clone", tailLines: 35 }]);
  });

  it("tells a run's own message where no step failed, and a log that is gone", async () => {
    const run = { ...refused(), status: { phase: "Failed", message: "Stopped with strategy 'Stop'" } };
    const stopped = await report({ run, children: [] });
    assert.deepEqual(stopped.failures, [
      { run: "train-model-x", step: "", message: "Stopped with strategy 'Stop'", log: null },
    ]);
    assert.deepEqual(textOfLogs(stopped), []);
    const gone = { listNamespacedPod: () => Promise.resolve({ items: [] }) } as unknown as CoreV1Api;
    const [failure] = (await reportOf(UNFIT, gone)).failures;
    assert.match(failure?.log ?? "", /the pod of step test-staging\(0\) is gone/);
  });

  it("has an exit code for each outcome", async () => {
    const codes = [];
    for (const family of [NORMAL, UNFIT, REFUSED]) codes.push(TRAIN_EXIT[(await report(family)).verdict]);
    assert.deepEqual(codes, [0, 1, 3]);
  });
});
