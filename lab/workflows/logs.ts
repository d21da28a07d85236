import type { CoreV1Api } from "@kubernetes/client-node";
import { nameOf, type RunNode, type Workflow } from "./workflow";

/** Enough for the message of a script, and its last words before it. */
export const LOG_LINES = 15;

/** More than the executor says about a step. */
const EXECUTOR_LINES = 20;

/**
 * The last lines that the main container of a node's pod printed, without those of Argo's executor.
 *
 * @throws Error if the pod is gone, as it is hours after the run, or if the log may not be read
 */
export async function logOf(
  core: CoreV1Api,
  run: Workflow,
  node: RunNode,
  lines = LOG_LINES,
): Promise<string> {
  const namespace = run.metadata.namespace ?? "";
  const labelSelector = `workflows.argoproj.io/workflow=${nameOf(run)}`;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  const pod = items.find((each) => each.metadata?.annotations?.["workflows.argoproj.io/node-id"] === node.id);
  if (pod?.metadata?.name === undefined) throw new Error(`the pod of step ${node.displayName} is gone`);
  const { name } = pod.metadata;
  const tailLines = lines + EXECUTOR_LINES;
  const log = await core.readNamespacedPodLog({ name, namespace, container: "main", tailLines });
  const own = log
    .trimEnd()
    .split("\n")
    .filter((line) => !isExecutors(line));
  return own.slice(-lines).join("\n");
}

/** Argo's executor starts the program, and ends the log with words of its own. */
function isExecutors(line: string): boolean {
  return /^time="[^"]*" .*\bargo=true\b/.test(line) || /^Error: exit status \d+$/.test(line);
}
