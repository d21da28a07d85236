/**
 * What single resources take, read off their arguments as they were registered: what the program tells of itself is
 * held to it.
 */
import { type Amounts, claimAmounts, NOTHING, podAmounts, sum, times } from "../../components/sizes/amounts";
import type { Resources } from "../../components/sizes/lab-size";

/** Arguments as the program gives them, of which only parts are known. */
type Tree = Readonly<Record<string, unknown>>;

/**
 * What a resource takes; nothing if it is of a kind that has no pods and no volumes.
 *
 * @param type Type token.
 * @throws TypeError if a number that counts is missing.
 */
export function registeredAmounts(type: string, props: Tree): Amounts {
  return COUNTED[type]?.(props) ?? NOTHING;
}

/** What is counted, by type token. */
const COUNTED: Readonly<Record<string, (props: Tree) => Amounts>> = {
  // BuildKit runs only while something is built, and is counted with the run.
  "kubernetes:apps/v1:Deployment": (props) => (nameOf(props) === "buildkitd" ? NOTHING : workload(props)),
  "kubernetes:apps/v1:StatefulSet": (props) => workload(props),
  "kubernetes:core/v1:PersistentVolumeClaim": (props) => claim(props),
};

function nameOf(props: Tree): unknown {
  return member(props, "metadata")["name"];
}

function workload(props: Tree): Amounts {
  const spec = member(props, "spec");
  const pod = member(member(spec, "template"), "spec");
  const one = podAmounts(containers(pod, "containers"), containers(pod, "initContainers"));
  const replicas = spec["replicas"] ?? 1;
  if (typeof replicas !== "number") throw new TypeError("its replicas are not a plain number");
  // One that has no pod waits for a pipeline to deploy something.
  return times(Math.max(1, replicas), sum([one, ...list(spec, "volumeClaimTemplates").map(claim)]));
}

function claim(props: Tree): Amounts {
  const requests = member(member(member(props, "spec"), "resources"), "requests");
  return claimAmounts(text(requests, "storage"));
}

function containers(pod: Tree, key: string): Resources[] {
  return list(pod, key).map((container) => {
    const resources = member(container, "resources");
    const amounts = (kind: string) => {
      const given = member(resources, kind);
      return { cpu: text(given, "cpu"), memory: text(given, "memory") };
    };
    return { requests: amounts("requests"), limits: amounts("limits") };
  });
}

function member(tree: Tree, key: string): Tree {
  const value = tree[key];
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`its ${key} is not there`);
  }
  return value as Tree;
}

function list(tree: Tree, key: string): Tree[] {
  return tree[key] === undefined ? [] : (Object.values(member(tree, key)) as Tree[]);
}

function text(tree: Tree, key: string): string {
  const value = tree[key];
  if (typeof value !== "string") throw new TypeError(`its ${key} is not there`);
  return value;
}
