import assert from "node:assert/strict";
import type { CoreV1Api } from "@kubernetes/client-node";
import { TRAIN_EXIT } from "../../../../../tooling/commands/train";
import type { Family } from "../../../../../tooling/live/workflows/family";
import { type RunReport, reportOf, textOfReport } from "../../../../../tooling/live/runs/run-report";
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

const STAGING = {
  staging: {
    namespace: "staging",
    deployment: "gourmetgram",
    url: "http://app:8000",
    externalUrl: "http://localhost:30081",
  },
};

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
  it("tells how staging is reached where its address does not answer", async () => {
    assert.deepEqual(
      textOfReport(await report(NORMAL), STAGING, { answers: false })
        .split("\n")
        .slice(0, 3),
      [
        "train-model-x succeeded.",
        "  staging:                    http://localhost:30081",
        "                              nothing answers there from here; use: npm run open -- staging",
      ],
    );
  });

  it("tells what came of a run, with the address that a person can use", async () => {
    assert.equal(
      textOfReport(await report(NORMAL), STAGING),
      [
        "train-model-x succeeded.",
        "  staging:                    http://localhost:30081",
        "  model version:              7",
        `  image digest:               ${IMAGE.split("@")[1] ?? ""}`,
        `  commit:                     ${COMMIT}`,
        "  answer to the test picture: Soup",
      ].join("\n"),
    );
  });

  it("shows the message of the step that failed, and the end of its log", async () => {
    const text = textOfReport(await report(UNFIT), STAGING);
    assert.match(text, /^train-model-x FAILED\./);
    assert.ok(text.includes(`step test-staging of build-y: ${REASON}`), text);
    assert.ok(text.endsWith("last lines of its log:\n  | asking the pod\n  | no"), text);
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

  it("says that the gate stopped a model, and that nothing was built", async () => {
    assert.match(
      textOfReport(await report(REFUSED), STAGING),
      /accuracy gate: .* nothing was registered or built/,
    );
  });

  it("tells a run's own message where no step failed, and a log that is gone", async () => {
    const run = { ...refused(), status: { phase: "Failed", message: "Stopped with strategy 'Stop'" } };
    assert.match(
      textOfReport(await report({ run, children: [] }), STAGING),
      /workflow train-model-x: Stopped/,
    );
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
