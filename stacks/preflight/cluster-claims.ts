/** What a stack needs for itself alone in a cluster: a second stack with the same would take it over. */
import { actingRole, listingRole, ARGO_KINDS, definitionName } from "../../components/argo";
import { BASE_GUARD, BASE_PRIORITY } from "../../components/class";
import { type LabConfig, setCommand as set } from "../../config";
import { REGISTRY_PLACE, REGISTRY_USERS } from "../../components/registry";

/** An object with a fixed name, outside of the namespaces that the stack creates. */
export interface ClaimedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
  /** What makes the stack leave the object alone. */
  readonly remedy: string;
}

/** A port of every node. */
export interface ClaimedPort {
  readonly port: number;
  /** The key that chooses it, without the project's prefix. */
  readonly key: string;
}

const RBAC = "rbac.authorization.k8s.io/v1";
const ADMISSION = "admissionregistration.k8s.io/v1";

/** The objects, in the order in which people think of them. */
export function claimedObjects(config: LabConfig): ClaimedObject[] {
  return [
    ...namespaces(config),
    ...(config.scope === "student" ? [] : [...argo(config), ...registry(config)]),
    ...(config.scope === "base" ? baseAlone(config) : []),
  ];
}

/** The node ports. A class has none but those of its base. */
export function claimedPorts(config: LabConfig): ClaimedPort[] {
  const { scope, registry, argo, mlflow, staging, appRepository } = config;
  const base = [
    ...(registry.kind === "local" ? [{ port: registry.nodePort, key: "registryNodePort" }] : []),
    ...(argo.mode === "install" ? [{ port: argo.serverNodePort, key: "argoServerNodePort" }] : []),
  ];
  const lab = [
    ...(mlflow.exposure.type === "NodePort"
      ? [{ port: mlflow.exposure.nodePort, key: "mlflowNodePort" }]
      : []),
    { port: staging.nodePort, key: "stagingNodePort" },
    ...(appRepository.kind === "hosted"
      ? [{ port: appRepository.nodePort, key: "appRepositoryNodePort" }]
      : []),
  ];
  return scope === "student" ? [] : scope === "base" ? base : [...base, ...lab];
}

function namespaces({ scope, student, namespace, staging, builder, argo }: LabConfig): ClaimedObject[] {
  const of = (name: string, key: string): ClaimedObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    name,
    remedy: student === undefined ? set(key, "NAME") : set("student", "NAME"),
  });
  return [
    ...(scope === "base" ? [] : [of(namespace, "namespace"), of(staging.namespace, "stagingNamespace")]),
    ...(scope === "student" ? [] : [of(builder.namespace, "buildNamespace")]),
    ...(scope !== "student" && argo.mode === "install" ? [of(argo.namespace, "argoNamespace")] : []),
  ];
}

function argo({ argo: { mode } }: LabConfig): ClaimedObject[] {
  if (mode !== "install") return [];
  return ARGO_KINDS.map((kind) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: definitionName(kind),
    remedy: set("argo", "existing"),
  }));
}

function registry({ scope, registry: { kind } }: LabConfig): ClaimedObject[] {
  if (kind !== "local") return [];
  const remedy = set("externalRegistry", "HOST:PORT");
  return [
    { apiVersion: "apps/v1", kind: "Deployment", ...REGISTRY_PLACE, remedy },
    { apiVersion: "v1", kind: "Service", ...REGISTRY_PLACE, remedy },
    ...(scope === "base" ? [{ apiVersion: "v1", kind: "Secret", ...REGISTRY_USERS, remedy }] : []),
  ];
}

/** What a class has once in a cluster, whatever its settings: a cluster holds one class. */
function baseAlone({ argo: { mode } }: LabConfig): ClaimedObject[] {
  const remedy = "take the other class down first, or use another cluster";
  const programs = ["workflow-controller", "argo-server"] as const;
  const roles = mode === "install" ? programs.map(listingRole) : [];
  return [
    { apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicy", name: BASE_GUARD, remedy },
    { apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicyBinding", name: BASE_GUARD, remedy },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", name: BASE_PRIORITY, remedy },
    ...(mode === "install" ? [actingRole("workflow-controller"), ...roles] : []).map((name) => ({
      apiVersion: RBAC,
      kind: "ClusterRole",
      name,
      remedy,
    })),
    ...roles.map((name) => ({ apiVersion: RBAC, kind: "ClusterRoleBinding", name, remedy })),
  ];
}
