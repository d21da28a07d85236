import type { RunNode } from "../workflows/workflow";

/** A container of a pod that runs several. */
export interface PodContainer {
  readonly node: RunNode;
  /** Those that have to succeed before its program starts. */
  readonly after: readonly RunNode[];
}

/**
 * The containers of a pod, each behind those that it waits for. A pod with one program has none: Argo makes nodes for
 * containers only where there are several.
 */
export function containersOf(pod: RunNode, nodes: readonly RunNode[]): PodContainer[] {
  const own = nodes.filter(({ type, boundaryID }) => type === "Container" && boundaryID === pod.id);
  const after = ({ id }: RunNode): RunNode[] => own.filter(({ children }) => children?.includes(id) === true);
  const depth = (node: RunNode): number => Math.max(0, ...after(node).map((each) => depth(each) + 1));
  return own
    .map((node) => ({ node, after: after(node) }))
    .sort((a, b) => depth(a.node) - depth(b.node) || a.node.displayName.localeCompare(b.node.displayName));
}

/** Whether its program has been started: Argo starts all containers of a pod at once, and calls them running. */
export function hasBegun({ after }: PodContainer): boolean {
  return after.every(({ phase }) => phase === "Succeeded");
}

/** When its program was started, as far as Argo tells: when the last of those ended that it waited for. */
export function begunAt({ node, after }: PodContainer): string | undefined {
  const ends = after.flatMap(({ finishedAt }) => finishedAt ?? []).sort();
  return ends.at(-1) ?? node.startedAt;
}

/** How Argo words the end of a container: `clone: Error (exit code 1): …`. */
const END = /^\S+: (\S+) \(exit code (\d+)\)/;
/** What a container ends with that was told to end. */
const TOLD_TO_END: readonly string[] = ["137", "143"];

/**
 * Whether a container that failed may have been ended from outside: with its pod, or because another one had failed, at
 * which Argo ends the rest.
 */
export function wasEnded({ message = "" }: RunNode): boolean {
  const [, reason, code = ""] = END.exec(message) ?? [];
  return reason !== "OOMKilled" && (reason === undefined || TOLD_TO_END.includes(code));
}
