import {
  ApiextensionsV1Api,
  type KubeConfig,
  RbacAuthorizationV1Api,
  SchedulingV1Api,
} from "@kubernetes/client-node";
import { STUDENT_LABEL } from "../../../components/class";
import type { Leftovers } from "../../support/leftovers";
import { Argo } from "../../live/workflows/argo";
import { type Cluster, clusterOf, unlessMissing } from "../../live/api-clients";
import { DEFINITION, removeKinds, type UsedKinds, usedKindText } from "../../live/objects/kinds";
import { nameOf } from "../../live/workflows/workflow";
import { namespacesOf } from "./student-cluster";

/** The label of what belongs to a base. Not imported from the component, which brings the whole of Pulumi's SDK. */
const BASE_LABEL = "gourmetgram.dev/scope=base";

/** What is looked for. */
interface Trace {
  readonly namespaces: readonly string[];
  /** Selects what the stack has labelled. */
  readonly labels: string;
  /** Whether a name is one of the stack's, for what has lost its label. */
  readonly names: (name: string) => boolean;
}

/**
 * What a student has left in the cluster and in the registry.
 *
 * @param options.keepData Whether volumes, the namespace that holds them, and images are meant to stay.
 * @param options.repositories Names of the student's repositories in the registry.
 */
export async function auditStudent(
  config: KubeConfig,
  student: string,
  options: { keepData: boolean; repositories: () => Promise<string[]> },
): Promise<Leftovers> {
  const cluster = clusterOf(config);
  const namespaces = namespacesOf(student);
  const trace: Trace = {
    namespaces,
    labels: `${STUDENT_LABEL}=${student}`,
    names: (name) => namespaces.includes(name),
  };
  const markers = await cluster.core.listConfigMapForAllNamespaces({ labelSelector: trace.labels });
  const users = await unlessMissing(
    cluster.core.readNamespacedSecret({ namespace: "kube-system", name: "registry-users" }),
  );
  const [platform = ""] = namespaces;
  const found = await namespacesLeft(cluster, trace);
  const others = found.filter((each) => each !== `namespace ${platform}`);
  const data = [
    ...found.filter((each) => !others.includes(each)),
    ...(await volumesLeft(cluster, namespaces)),
    ...(await options.repositories()).map((name) => `registry repository ${name}`),
  ];
  const left = [
    ...others,
    ...(await runsLeft(cluster, namespaces)),
    ...(await clusterWideLeft(config, trace)),
    ...markers.items
      .filter(({ metadata }) => !namespaces.includes(metadata?.namespace ?? ""))
      .map(({ metadata }) => `config map ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`),
    ...(users?.data?.[student] === undefined ? [] : [`registry user ${student}`]),
  ];
  return options.keepData ? { left, kept: data } : { left: [...data, ...left], kept: [] };
}

/**
 * What the base has left in the cluster.
 *
 * @param options.usedKinds What {@link removeBaseKinds} has left.
 * @param options.keepData Whether the registry's volume is meant to stay.
 */
export async function auditBase(
  config: KubeConfig,
  options: { usedKinds: UsedKinds; keepData: boolean },
): Promise<Leftovers> {
  const cluster = clusterOf(config);
  const labels = BASE_LABEL;
  const trace: Trace = {
    namespaces: [],
    labels,
    names: (name) => name === "gourmetgram-base",
  };
  const kinds = await baseKinds(config);
  const claims = await cluster.core.listPersistentVolumeClaimForAllNamespaces({ labelSelector: labels });
  const data = [
    ...(await volumesLeft(cluster, ["kube-system"], "registry-data")),
    ...claims.items.map(({ metadata }) => `claim ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`),
  ];
  return {
    left: [
      ...(await namespacesLeft(cluster, trace)),
      ...(options.keepData ? [] : data),
      ...(await clusterWideLeft(config, trace)),
      ...kinds.filter((name) => !options.usedKinds.has(name)).map((name) => `${DEFINITION} ${name}`),
    ],
    kept: [...options.usedKinds].map(usedKindText).concat(options.keepData ? data : []),
  };
}

/** Deletes the definitions of the base's kinds of which there is no object any more. */
export const removeBaseKinds = async (config: KubeConfig): Promise<UsedKinds> =>
  removeKinds(config, await baseKinds(config));

async function baseKinds(config: KubeConfig): Promise<string[]> {
  const { items } = await config
    .makeApiClient(ApiextensionsV1Api)
    .listCustomResourceDefinition({ labelSelector: BASE_LABEL });
  return items.flatMap(({ metadata }) => metadata?.name ?? []);
}

async function namespacesLeft({ core }: Cluster, { namespaces, labels }: Trace): Promise<string[]> {
  const labelled = (await core.listNamespace({ labelSelector: labels })).items;
  const named = await Promise.all(namespaces.map((name) => unlessMissing(core.readNamespace({ name }))));
  const names = [...labelled, ...named].map((each) => each?.metadata?.name);
  return [...new Set(names)].filter((name) => name !== undefined).map((name) => `namespace ${name}`);
}

/** @param claims What the claims' names begin with. @default all claims of the namespaces */
async function volumesLeft({ core }: Cluster, namespaces: readonly string[], claims = ""): Promise<string[]> {
  const { items } = await core.listPersistentVolume();
  return items
    .filter(({ spec }) => namespaces.includes(spec?.claimRef?.namespace ?? ""))
    .filter(({ spec }) => spec?.claimRef?.name?.startsWith(claims) === true)
    .map(({ metadata, spec }) => {
      const claim = `${spec?.claimRef?.namespace ?? ""}/${spec?.claimRef?.name ?? ""}`;
      return `volume ${metadata?.name ?? ""} of claim ${claim}`;
    });
}

async function runsLeft(cluster: Cluster, namespaces: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    namespaces.map(async (namespace) => {
      const runs = (await unlessMissing(new Argo(cluster, namespace).workflows())) ?? [];
      return runs.map((run) => `workflow ${namespace}/${nameOf(run)}`);
    }),
  );
  return found.flat();
}

/** Roles, bindings and priority classes, which no namespace takes with it. */
async function clusterWideLeft(config: KubeConfig, { labels, names }: Trace): Promise<string[]> {
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const kinds = [
    ["cluster role", await rbac.listClusterRole()],
    ["cluster role binding", await rbac.listClusterRoleBinding()],
    ["priority class", await config.makeApiClient(SchedulingV1Api).listPriorityClass()],
  ] as const;
  const [key = "", value = ""] = labels.split("=");
  return kinds.flatMap(([kind, { items }]) =>
    items
      .filter(({ metadata }) => metadata?.labels?.[key] === value || names(metadata?.name ?? ""))
      .map(({ metadata }) => `${kind} ${metadata?.name ?? ""}`),
  );
}
