import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { nameOf, type RunNode, type Workflow } from "../workflows/workflow";

/** Enough for the message of a script, and its last words before it. */
export const LOG_LINES = 15;

/** More than the executor says about a step. */
const EXECUTOR_LINES = 20;

/** Whether something was printed on behalf of this node alone. */
export function hasLog({ type }: RunNode): boolean {
  return type === "Pod" || type === "Container";
}

/** The pods of a run that there still are, by the ids of their nodes. */
export async function podsByNode(
  core: CoreV1Api,
  namespace: string,
  run: string,
): Promise<ReadonlyMap<string | undefined, V1Pod>> {
  const labelSelector = `workflows.argoproj.io/workflow=${run}`;
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  return new Map(items.map((pod) => [pod.metadata?.annotations?.["workflows.argoproj.io/node-id"], pod]));
}

/**
 * The last lines that a node's container printed, without those of Argo's executor. Of a pod it is the main container.
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
  const pods = await podsByNode(core, namespace, nameOf(run));
  const [id, container] = node.type === "Container" ? [node.boundaryID, node.displayName] : [node.id, "main"];
  const pod = pods.get(id);
  if (pod?.metadata?.name === undefined) throw new Error(`the pod of step ${node.displayName} is gone`);
  const { name } = pod.metadata;
  const tailLines = lines + EXECUTOR_LINES;
  const log = await core.readNamespacedPodLog({ name, namespace, container, tailLines });
  const own = log
    .trimEnd()
    .split("\n")
    .filter((line) => !isExecutors(line));
  return own.slice(-lines).join("\n");
}

/** How a line of Argo's executor in a step's log looks, but for its end. */
export const EXECUTOR_PATTERN = String.raw`time="[^"\n]*" [^\n]*\bargo=true\b`;
const EXECUTORS = new RegExp(`^${EXECUTOR_PATTERN}`);

/** Argo's executor starts the program, and ends the log with words of its own. */
function isExecutors(line: string): boolean {
  return EXECUTORS.test(line) || /^Error: exit status \d+$/.test(line);
}
