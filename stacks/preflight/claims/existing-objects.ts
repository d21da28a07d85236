import type { KubernetesObject, V1Service } from "@kubernetes/client-node";
import { type ClaimedObject, claimedObjects, claimedPorts } from "./cluster-claims";
import { INSTANCE_LABEL, MANAGER, MANAGER_LABEL } from "../../../components/kubernetes";
import { type Finding, type Inspection, refused } from "../finding";
import { setCommand } from "../../../config";
import { isOf } from "../../data/data-volumes";

/**
 * What the cluster has already under the names that the stack would create, and that is not the stack's own. Kubernetes'
 * server-side apply does not distinguish creating an object from changing an existing one.
 */
export const existingObjects: Inspection = async ({ config, stack, cluster }) => {
  const claimed = claimedObjects(config);
  const found = await Promise.all(claimed.map((object) => cluster.read(object)));
  const taken = claimed.flatMap((object, index) => {
    const there = found[index];
    return there === undefined || (isOf(stack, there) && !isEnding(there)) ? [] : [{ object, there }];
  });
  return grouped(taken).map((group) => objectFinding(group, stack));
};

/** The node ports that the stack would use and that a Service of another owner uses. */
export const takenPorts: Inspection = async ({ config, stack, cluster }) => {
  const ports = claimedPorts(config);
  const services = ports.length === 0 ? [] : await cluster.list<V1Service>("v1", "Service");
  return (services ?? [])
    .filter((service) => !isOf(stack, service))
    .flatMap(({ metadata, spec }) => {
      const nodePorts = (spec?.ports ?? []).flatMap(({ nodePort }) => nodePort ?? []);
      return ports
        .filter(({ port }) => nodePorts.includes(port))
        .map(({ port, key }) =>
          refused(
            `node port ${port} (gourmetgram:${key}): already used by the Service ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`,
            `${setCommand(key, "PORT")}   (30000 to 32767)`,
          ),
        );
    });
};

interface Taken {
  readonly object: ClaimedObject;
  readonly there: KubernetesObject;
}

const labelsIn = ({ metadata }: KubernetesObject): Readonly<Record<string, string>> => metadata?.labels ?? {};

const isEnding = ({ metadata }: KubernetesObject): boolean => metadata?.deletionTimestamp !== undefined;

/** Objects of one kind, one owner and one remedy are one finding: Argo has eight kinds. */
function grouped(objects: readonly Taken[]): [Taken, ...Taken[]][] {
  const groups = new Map<string, [Taken, ...Taken[]]>();
  for (const each of objects) {
    const { object, there } = each;
    const key = [object.kind, object.remedy, ownerOf(there), isEnding(there)].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

function ownerOf(object: KubernetesObject): string {
  const { [INSTANCE_LABEL]: instance, [MANAGER_LABEL]: manager } = labelsIn(object);
  if (instance !== undefined && manager === MANAGER) return `belongs to the stack ${instance}`;
  const by = manager === undefined ? "" : ` (${MANAGER_LABEL}: ${manager})`;
  return `exists already, and does not belong to this stack${by}`;
}

function objectFinding(group: [Taken, ...Taken[]], stack: string): Finding {
  const [{ object, there }] = group;
  const names = group.map(({ object: { namespace, name } }) =>
    namespace === undefined ? name : `${namespace}/${name}`,
  );
  const what = `${object.kind} ${names.join(", ")}`;
  if (isEnding(there)) {
    return refused(`${what}: is being deleted`, "the same command again, once it is deleted");
  }
  const labels = labelsIn(there);
  const selector = `${INSTANCE_LABEL}=${labels[INSTANCE_LABEL] ?? ""}`;
  const isOlder =
    labels[INSTANCE_LABEL] === undefined && labels["app.kubernetes.io/part-of"] === "gourmetgram";
  return {
    problem: `${what}: ${ownerOf(there)}`,
    remedies: [
      object.remedy,
      ...(object.kind === "CustomResourceDefinition" && labels[MANAGER_LABEL] === MANAGER
        ? [`kubectl delete crd -l ${selector}   (if that stack is gone; deletes all objects of these kinds)`]
        : []),
      // Versions before 0.2 made objects without these labels.
      ...(isOlder
        ? group.map(({ object: each }) => `${labelling(each, stack)}   (if this stack made it before 0.2)`)
        : []),
    ],
  };
}

function labelling({ kind, namespace, name }: ClaimedObject, stack: string): string {
  const place = namespace === undefined ? "" : ` -n ${namespace}`;
  return `kubectl label ${kind.toLowerCase()} ${name}${place} ${INSTANCE_LABEL}=${stack} ${MANAGER_LABEL}=${MANAGER}`;
}
