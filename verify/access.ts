/** What the lab's accounts are asked about: the rights that they have, and a fixed list of those they must not have. */
import type { V1ResourceAttributes } from "@kubernetes/client-node";
import type { RightOutput, RuleOutput } from "../components/outputs";

/** A question to the cluster: may this account do that there? */
export interface Probe {
  /** API group; the empty text is the core group. */
  readonly group: string;
  /** Resource, with a subresource after a slash. */
  readonly resource: string;
  readonly verb: string;
  /** The empty text stands for all namespaces, and for objects that are in none. */
  readonly namespace: string;
}

/** A table of group, resources and verbs. */
type Matrix = readonly (readonly [group: string, resources: string, verbs: string])[];

const RBAC = "rbac.authorization.k8s.io";

/** Asked in the lab's namespace, in two others and for all namespaces. */
const NAMESPACED: Matrix = [
  ["", "secrets", "get list watch create update patch delete"],
  ["", "configmaps", "get list create update patch delete"],
  ["", "pods", "get list watch create update patch delete deletecollection"],
  ["", "pods/exec pods/attach pods/portforward pods/ephemeralcontainers", "create update get"],
  ["", "pods/log", "get"],
  ["", "services endpoints events persistentvolumeclaims", "create update delete"],
  ["", "serviceaccounts", "create update impersonate"],
  ["", "serviceaccounts/token", "create"],
  ["apps", "deployments statefulsets daemonsets", "create update patch delete"],
  ["batch", "jobs cronjobs", "create"],
  ["argoproj.io", "workflows", "get list watch create update patch delete deletecollection"],
  ["argoproj.io", "workflowtemplates cronworkflows", "get list watch create update patch delete"],
  ["argoproj.io", "workflowtaskresults", "get list watch create patch update delete"],
  ["argoproj.io", "workflowtasksets workflowartifactgctasks workfloweventbindings", "list create patch"],
  [RBAC, "roles rolebindings", "create update patch bind escalate"],
  ["networking.k8s.io", "networkpolicies ingresses", "create delete"],
  ["*", "*", "*"],
];

/** Asked once: these objects are in no namespace. */
const CLUSTER_WIDE: Matrix = [
  ["", "nodes", "get list patch delete"],
  ["", "nodes/proxy", "get create"],
  ["", "namespaces", "get list create patch delete"],
  ["", "persistentvolumes", "get list create delete"],
  ["", "users groups", "impersonate"],
  ["apiextensions.k8s.io", "customresourcedefinitions", "create update delete"],
  ["argoproj.io", "clusterworkflowtemplates", "get list create update delete"],
  [RBAC, "clusterroles clusterrolebindings", "create update patch bind escalate"],
  ["storage.k8s.io", "storageclasses", "create delete"],
  ["certificates.k8s.io", "certificatesigningrequests/approval", "update"],
];

function spread(matrix: Matrix, namespace: string): Probe[] {
  return matrix.flatMap(([group, resources, verbs]) =>
    resources
      .split(" ")
      .flatMap((resource) => verbs.split(" ").map((verb) => ({ group, resource, verb, namespace }))),
  );
}

function probesOf(rule: RuleOutput, namespace: string): Probe[] {
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({ group, resource, verb, namespace }))),
  );
}

/**
 * All questions that every account is asked: the fixed list and whatever any account may do, in the lab's namespace,
 * in the other ones, and for all namespaces.
 */
export function probes(rights: readonly RightOutput[], otherNamespaces: readonly string[]): Probe[] {
  const own = [...new Set(rights.map((right) => right.namespace))];
  const rules = rights.flatMap((right) => right.rules);
  const all = [
    ...[...own, ...otherNamespaces, ""].flatMap((namespace) => [
      ...spread(NAMESPACED, namespace),
      ...rules.flatMap((rule) => probesOf(rule, namespace)),
    ]),
    ...spread(CLUSTER_WIDE, ""),
  ];
  return [...new Map(all.map((probe) => [textOf(probe), probe])).values()];
}

/** Whether the account's rules give the right, word by word: a wildcard in them gives only itself. */
export function isListed(right: RightOutput, probe: Probe): boolean {
  return (
    probe.namespace === right.namespace &&
    right.rules.some(
      (rule) =>
        rule.apiGroups.includes(probe.group) &&
        rule.resources.includes(probe.resource) &&
        rule.verbs.includes(probe.verb),
    )
  );
}

/** The question as an access review puts it. */
export function attributesOf(probe: Probe): V1ResourceAttributes {
  const [resource = "", subresource] = probe.resource.split("/");
  return {
    group: probe.group,
    resource,
    verb: probe.verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(probe.namespace === "" ? {} : { namespace: probe.namespace }),
  };
}

/** The question in words. */
export function textOf({ group, resource, verb, namespace }: Probe): string {
  const where = namespace === "" ? "everywhere" : `in ${namespace}`;
  return `${verb} ${resource}${group === "" ? "" : `.${group}`} ${where}`;
}

/** The user name under which the cluster knows the account. */
export function userOf(right: Pick<RightOutput, "namespace" | "serviceAccount">): string {
  return `system:serviceaccount:${right.namespace}:${right.serviceAccount}`;
}

/** The groups that every service account of the namespace is in. */
export function groupsOf(right: Pick<RightOutput, "namespace">): string[] {
  return ["system:serviceaccounts", `system:serviceaccounts:${right.namespace}`, "system:authenticated"];
}

/**
 * The account of students: the one that may start runs and watch them.
 *
 * @throws Error if there is none, or more than one
 */
export function studentRight(rights: readonly RightOutput[]): RightOutput {
  const may = (right: RightOutput, resource: string, verb: string): boolean =>
    right.rules.some((rule) => rule.resources.includes(resource) && rule.verbs.includes(verb));
  const found = rights.filter(
    (right) =>
      may(right, "workflows", "create") && may(right, "workflows", "watch") && may(right, "pods/log", "get"),
  );
  const [student] = found;
  if (student === undefined || found.length > 1) {
    throw new Error(
      `the output rights names ${found.length} accounts that may create and watch workflows and read logs; one was expected`,
    );
  }
  return student;
}
