import { type Finding, expect } from "../suite/expect";
import type { Mlflow, TrackedRun } from "../../live/services/mlflow";
import { type Workflow, nameOf } from "../../live/workflows/workflow";

/** What the tests of a model should have found. */
export interface Verdict {
  readonly passes: boolean;
  /** What the accuracy test was told to see. */
  readonly accuracy: number;
}

/**
 * The run that a workflow's training left in MLflow.
 *
 * @throws CheckFailure unless there is exactly one
 */
export async function trackedRunOf(
  mlflow: Mlflow,
  workflow: Workflow,
  look: readonly string[],
): Promise<TrackedRun> {
  const found = await mlflow.runsTagged("workflow", nameOf(workflow));
  const [tracked] = found;
  expect(tracked !== undefined && found.length === 1, {
    expected: `one run in MLflow with the tag workflow=${nameOf(workflow)}`,
    seen: String(found.length),
    look,
  });
  return tracked;
}

/**
 * Compares a run's metrics with what its tests should have found.
 *
 * @returns the metrics in words
 * @throws CheckFailure if they differ
 */
export function expectMetrics(tracked: TrackedRun, verdict: Verdict): string {
  const metrics = metricsText(tracked);
  const [passed, failed, total, accuracy] = ["tests_passed", "tests_failed", "tests_total", "accuracy"].map(
    (name) => tracked.metrics.get(name),
  );
  const finding: Finding = {
    expected: verdict.passes
      ? `metrics with tests_failed 0, tests_passed as tests_total and at least 1, accuracy ${verdict.accuracy}`
      : `metrics with tests_failed at least 1, the sum in tests_total, accuracy ${verdict.accuracy}`,
    seen: metrics,
    look: [`run ${tracked.id} in MLflow`],
  };
  expect(passed !== undefined && failed !== undefined && total !== undefined, finding);
  expect(total >= 1 && passed + failed === total && failed > 0 !== verdict.passes, finding);
  expect(accuracy === verdict.accuracy, finding);
  return metrics;
}

function metricsText({ metrics }: TrackedRun): string {
  const entries = [...metrics].sort(([a], [b]) => a.localeCompare(b));
  return entries.map(([name, value]) => `${name} ${value}`).join(", ") || "no metrics";
}
