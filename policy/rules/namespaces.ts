import { isKubernetesObject, isPartOf, propsOf, type StackRule, type Subject, textOf } from "../subject";

/** Kinds that belong to no namespace, of those that a program like this may make. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterWorkflowTemplate",
  "CustomResourceDefinition",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
]);

/** The course expects the registry beside the cluster's own services. */
const REGISTRY = { component: "gourmetgram:index:LocalRegistry", namespace: "kube-system" };

const kindOf = ({ type }: Subject): string => type.split(":").at(-1) ?? "";

/** Everything is in a namespace that this stack made, so that it goes with the stack and touches nobody else's. */
export const staysInOwnNamespaces: StackRule = (subjects) => {
  const objects = subjects.filter(isKubernetesObject);
  const own = objects
    .filter((object) => kindOf(object) === "Namespace")
    .map(({ props }) => propsOf(props["metadata"])["name"]);
  return objects
    .filter((object) => !CLUSTER_SCOPED.has(kindOf(object)))
    .flatMap((object) => {
      const metadata = propsOf(object.props["metadata"]);
      const { namespace } = metadata;
      if (own.includes(namespace)) return [];
      if (namespace === REGISTRY.namespace && isPartOf(object, REGISTRY.component)) return [];
      const found =
        namespace === undefined
          ? "names no namespace: it would go where the kubeconfig happens to point"
          : `is in the namespace "${textOf(namespace)}", which this stack did not make`;
      return [{ urn: object.urn, message: `${kindOf(object)} ${found}` }];
    });
};
