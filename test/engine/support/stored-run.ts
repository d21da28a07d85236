/** Times of what is over. */
const TIMES = { startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:01:00Z" };

const node = (name: string, type: string, phase: string, more: object = {}): object => ({
  id: name,
  name,
  displayName: name,
  type,
  phase,
  templateName: "training-and-build",
  templateScope: "local/",
  ...TIMES,
  ...more,
});

/**
 * A run as Argo's controller leaves it: with what it has stored, and the nodes that a retry resets.
 *
 * @param steps How many steps it has side by side. All have failed.
 */
export function storedRun(
  namespace: string,
  run: string,
  phase: "Failed" | "Running",
  steps = 1,
): Record<string, unknown> {
  const step = { name: "run-training", template: "run-training", arguments: {} };
  // As Go writes it, with members that are empty.
  const main = { name: "training-and-build", inputs: {}, outputs: {}, metadata: {}, steps: [[step]] };
  const spec = { entrypoint: "training-and-build", templates: [main] };
  const pods = Array.from({ length: steps }, (_, index) => `${run}-${index + 1}`);
  const group = `${run}-0`;
  const pod = (name: string): object =>
    node(name, "Pod", "Failed", {
      boundaryID: run,
      message: "Error (exit code 1)",
      outputs: { exitCode: "1" },
      hostNodeName: "node",
      resourcesDuration: { cpu: 1, memory: 3 },
    });
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: {
      name: run,
      namespace,
      labels: {
        "workflows.argoproj.io/phase": phase,
        ...(phase === "Failed" ? { "workflows.argoproj.io/completed": "true" } : {}),
        "workflows.argoproj.io/workflow-template": "train-model",
      },
    },
    spec: {
      workflowTemplateRef: { name: "train-model" },
      arguments: { parameters: [{ name: "scenario", value: "normal" }] },
    },
    status: {
      phase,
      message: "child failed",
      progress: "0/1",
      ...TIMES,
      conditions: [{ type: "Completed", status: "True" }],
      resourcesDuration: { cpu: 1, memory: 3 },
      storedWorkflowTemplateSpec: { ...spec, shutdown: "Stop", arguments: {} },
      taskResultsCompletionStatus: Object.fromEntries(pods.map((name) => [name, true])),
      persistentVolumeClaims: [{ name: "work", persistentVolumeClaim: { claimName: `${run}-work` } }],
      nodes: {
        [run]: node(run, "Steps", "Failed", { children: [group], outboundNodes: pods }),
        [group]: node(group, "StepGroup", "Failed", { boundaryID: run, children: pods }),
        ...Object.fromEntries(pods.map((name) => [name, pod(name)])),
      },
    },
  };
}
