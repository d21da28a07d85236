import { ARGO_KINDS, definitionName } from "../components/argo-crds";
import { type ClaimedObject, claimedObjects, claimedPorts } from "../components/cluster-claims";
import type { LabConfig } from "../components/lab-config";
import type { FoundObject, FoundService, LiveCluster } from "../components/live-cluster";
import { INSTANCE_LABEL, MANAGER, MANAGER_LABEL } from "../components/ownership";

/** Why a stack would take something over, or could not have it. */
interface Finding {
  readonly problem: string;
  readonly remedies: readonly string[];
}

/**
 * What the cluster has already under the names and ports that the stack would create, and that is not the stack's own.
 * Kubernetes' server-side apply makes no difference between creating an object and changing one that is there.
 *
 * @param stack Name of the stack.
 * @returns a text for each finding, with the commands that resolve it
 */
export async function takeovers(config: LabConfig, stack: string, cluster: LiveCluster): Promise<string[]> {
  const claimed = claimedObjects(config);
  const [found, services, missing] = await Promise.all([
    Promise.all(claimed.map((object) => cluster.find(object))),
    cluster.services(),
    missingArgo(config, cluster),
  ]);
  const objects = claimed.flatMap((object, index) => {
    const there = found[index];
    return there === undefined || (isOwn(there, stack) && !there.ending) ? [] : [{ object, there }];
  });
  const all = [
    ...grouped(objects).map((group) => objectFinding(group, stack)),
    ...services.filter((service) => !isOwn(service, stack)).flatMap((service) => ports(service, config)),
    ...missing,
  ];
  return all.map(({ problem, remedies }) =>
    [problem, ...remedies.map((remedy) => `    fix it with: ${remedy}`)].join("\n"),
  );
}

interface Taken {
  readonly object: ClaimedObject;
  readonly there: FoundObject;
}

const isOwn = ({ labels }: FoundObject, stack: string): boolean =>
  labels[INSTANCE_LABEL] === stack && labels[MANAGER_LABEL] === MANAGER;

/** Objects of one kind, one owner and one remedy are one finding: Argo has eight kinds. */
function grouped(objects: readonly Taken[]): [Taken, ...Taken[]][] {
  const groups = new Map<string, [Taken, ...Taken[]]>();
  for (const each of objects) {
    const { object, there } = each;
    const key = [object.kind, object.remedy, ownerOf(there), there.ending].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

function ownerOf({ labels }: FoundObject): string {
  const { [INSTANCE_LABEL]: instance, [MANAGER_LABEL]: manager } = labels;
  if (instance !== undefined && manager === MANAGER) return `belongs to the stack ${instance}`;
  const by = manager === undefined ? "" : ` (${MANAGER_LABEL}: ${manager})`;
  return `is there already, and not of this stack${by}`;
}

function objectFinding(group: [Taken, ...Taken[]], stack: string): Finding {
  const [{ object, there }] = group;
  const names = group.map(({ object: { namespace, name } }) =>
    namespace === undefined ? name : `${namespace}/${name}`,
  );
  const what = `${object.kind} ${names.join(", ")}`;
  if (there.ending) {
    return { problem: `${what}: is being deleted`, remedies: ["the same command again, once it is gone"] };
  }
  const unmarked = there.labels[INSTANCE_LABEL] === undefined;
  return {
    problem: `${what}: ${ownerOf(there)}`,
    remedies: [
      object.remedy,
      // Versions before 0.2 made objects without these labels.
      ...(unmarked && there.labels["app.kubernetes.io/part-of"] === "gourmetgram"
        ? group.map(({ object: each }) => `${labelling(each, stack)}   (if this stack made it before 0.2)`)
        : []),
    ],
  };
}

function labelling({ kind, namespace, name }: ClaimedObject, stack: string): string {
  const place = namespace === undefined ? "" : ` -n ${namespace}`;
  return `kubectl label ${kind.toLowerCase()} ${name}${place} ${INSTANCE_LABEL}=${stack} ${MANAGER_LABEL}=${MANAGER}`;
}

function ports({ namespace, name, nodePorts }: FoundService, config: LabConfig): Finding[] {
  return claimedPorts(config)
    .filter(({ port }) => nodePorts.includes(port))
    .map(({ port, key }) => ({
      problem: `node port ${port} (gourmetgram:${key}): taken by the Service ${namespace}/${name}`,
      remedies: [`pulumi config set gourmetgram:${key} PORT   (30000 to 32767)`],
    }));
}

/** A stack that relies on an Argo of somebody else's needs one. */
async function missingArgo({ scope, argo }: LabConfig, cluster: LiveCluster): Promise<Finding[]> {
  if (scope === "student" || argo.mode === "install") return [];
  const needed = ARGO_KINDS.filter(({ kind }) =>
    ["Workflow", "WorkflowTemplate", "CronWorkflow"].includes(kind),
  );
  const names = needed.map(definitionName);
  const found = await Promise.all(
    names.map((name) =>
      cluster.find({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name }),
    ),
  );
  const missing = names.filter((_, index) => found[index] === undefined);
  return missing.length === 0
    ? []
    : [
        {
          problem: `gourmetgram:argo is existing, but the cluster has no CustomResourceDefinition ${missing.join(", ")}`,
          remedies: ["pulumi config set gourmetgram:argo install"],
        },
      ];
}
