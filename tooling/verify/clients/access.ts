/** What the lab's accounts are asked about: the rights that they have, and a fixed list of those they must not have. */
import type { V1ResourceAttributes } from "@kubernetes/client-node";
import type { RightOutput, RuleOutput } from "../../../stacks";

/** A service account, and all that it may do, wherever that is. */
export interface Account {
  readonly name: string;
  /** Where the account is. */
  readonly namespace: string;
  readonly rights: readonly RightOutput[];
}

/** A question to the cluster: may this account do that there? */
export interface Probe {
  /** API group; the empty text is the core group. */
  readonly group: string;
  /** Resource, with a subresource after a slash. */
  readonly resource: string;
  readonly verb: string;
  /** A certain object; left out, any of them is meant. */
  readonly name?: string;
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
  ["apps", "deployments statefulsets daemonsets", "get list create update patch delete"],
  ["apps", "deployments/scale", "update patch"],
  ["apps", "replicasets", "list create patch delete"],
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

/** An object that is none of those which a rule names. */
const OTHER_OBJECT = "some-other";

function probesOf(rule: RuleOutput, namespace: string): Probe[] {
  const named = rule.resourceNames === undefined ? [] : [...rule.resourceNames, OTHER_OBJECT];
  const objects = [{}, ...named.map((name) => ({ name }))];
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        objects.map((object) => ({ group, resource, verb, namespace, ...object })),
      ),
    ),
  );
}

/**
 * The accounts that the rights are given to.
 *
 * @param namespace Of all accounts.
 */
export function accountsOf(rights: readonly RightOutput[], namespace: string): Account[] {
  const names = [...new Set(rights.map((right) => right.serviceAccount))];
  return names.map((name) => ({
    name,
    namespace,
    rights: rights.filter((right) => right.serviceAccount === name),
  }));
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
export function isListed({ rights }: Account, probe: Probe): boolean {
  const covers = (rule: RuleOutput): boolean =>
    rule.apiGroups.includes(probe.group) &&
    rule.resources.includes(probe.resource) &&
    rule.verbs.includes(probe.verb) &&
    (rule.resourceNames === undefined ||
      (probe.name !== undefined && rule.resourceNames.includes(probe.name)));
  return rights.some((right) => right.namespace === probe.namespace && right.rules.some(covers));
}

/** The question as an access review puts it. */
export function attributesOf(probe: Probe): V1ResourceAttributes {
  const [resource = "", subresource] = probe.resource.split("/");
  return {
    group: probe.group,
    resource,
    verb: probe.verb,
    ...(probe.name === undefined ? {} : { name: probe.name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(probe.namespace === "" ? {} : { namespace: probe.namespace }),
  };
}

/** The question in words. */
export function textOf({ group, resource, verb, name, namespace }: Probe): string {
  const where = namespace === "" ? "everywhere" : `in ${namespace}`;
  const object = name === undefined ? "" : ` ${name}`;
  return `${verb} ${resource}${group === "" ? "" : `.${group}`}${object} ${where}`;
}

/** The user name under which the cluster knows the account. */
export function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The groups that every service account of the namespace is in. */
export function groupsOf({ namespace }: Account): string[] {
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
}

/**
 * The account of students: the one that may start runs and watch them.
 *
 * @throws Error if there is none, or more than one
 */
export function studentOf(accounts: readonly Account[]): Account {
  const found = accounts.filter((account) => {
    const may = (resource: string, verb: string): boolean =>
      account.rights.some((right) =>
        right.rules.some((rule) => rule.resources.includes(resource) && rule.verbs.includes(verb)),
      );
    return may("workflows", "create") && may("workflows", "watch") && may("pods/log", "get");
  });
  const [student] = found;
  if (student === undefined || found.length > 1) {
    throw new Error(
      `the output rights names ${found.length} accounts that may create and watch workflows and read logs; one was expected`,
    );
  }
  return student;
}
