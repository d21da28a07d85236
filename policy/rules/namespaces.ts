import {
  isKubernetesObject,
  isPartOf,
  kindOf,
  propsOf,
  type StackRule,
  type Subject,
  textOf,
} from "../subject";

/** Cluster-scoped kinds, of those that a program like this may create. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterWorkflowTemplate",
  "CustomResourceDefinition",
  "FlowSchema",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
]);

/** What a component may have in a namespace of another owner. */
interface Exception {
  readonly component: string;
  /** @default all */
  readonly kind?: string;
  /** @default any */
  readonly namespace?: string;
}

const EXCEPTIONS: readonly Exception[] = [
  // The course expects the registry beside the cluster's own services.
  { component: "gourmetgram:index:LocalRegistry", namespace: "kube-system" },
  // The key of a student in the Secret with the users of that registry.
  { component: "gourmetgram:index:RegistryUser", kind: "Secret", namespace: "kube-system" },
  // The record that a student's stack uses the base, in the base's namespace of Argo.
  { component: "gourmetgram:index:BaseUser", kind: "ConfigMap" },
  // The key of a student in the Secret with the labs that the base backs up.
  { component: "gourmetgram:index:BackupAccess", kind: "Secret" },
];

const isException = (object: Subject, namespace: unknown): boolean =>
  EXCEPTIONS.some(
    (each) =>
      isPartOf(object, each.component) &&
      (each.kind ?? kindOf(object)) === kindOf(object) &&
      (each.namespace ?? namespace) === namespace,
  );

/** Everything is in a namespace that this stack creates, so that it is deleted with the stack and touches no other one. */
export const staysInOwnNamespaces: StackRule = (subjects) => {
  const objects = subjects.filter(isKubernetesObject);
  const own = objects
    .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
    .map(({ props }) => propsOf(props["metadata"])["name"]);
  return objects
    .filter((object) => !CLUSTER_SCOPED.has(kindOf(object)))
    .flatMap((object) => {
      const metadata = propsOf(object.props["metadata"]);
      const { namespace } = metadata;
      if (own.includes(namespace)) return [];
      if (typeof namespace === "string" && isException(object, namespace)) return [];
      const found =
        namespace === undefined
          ? "has no namespace: it would be created in the current one of the kubeconfig"
          : `is in the namespace "${textOf(namespace)}", which this stack does not create`;
      return [{ urn: object.urn, message: `${kindOf(object)} ${found}` }];
    });
};
