/** What a stack needs exclusively in a cluster: a second stack with the same would take it over. */
import { actingRole, listingRole, ARGO_KINDS, definitionName } from "../../../components/argo";
import { BASE_GUARD, BASE_PRIORITY, STUDENT_LEVEL, STUDENT_POLICIES } from "../../../components/class";
import { type BaseConfig, type StackConfig, setCommand as set } from "../../../config";
import { REGISTRY_PLACE, REGISTRY_USERS } from "../../../components/registry";

/** An object with a fixed name, outside of the namespaces that the stack creates. */
export interface ClaimedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for what belongs to the whole cluster. */
  readonly namespace?: string;
  readonly name: string;
  /** The command that makes the stack do without the object. */
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

/** The objects, the best known first. */
export function claimedObjects(config: StackConfig): ClaimedObject[] {
  return [
    ...namespaces(config),
    ...(config.scope === "student" ? [] : [...argoKinds(config), ...localRegistry(config)]),
    ...(config.scope === "base" ? baseAlone(config) : []),
  ];
}

/** The node ports. A student's stack has none. */
export function claimedPorts(config: StackConfig): ClaimedPort[] {
  if (config.scope === "student") return [];
  const used = (isUsed: boolean, key: string, port: number) => (isUsed ? [{ port, key }] : []);
  return [
    ...used(config.externalRegistry === undefined, "registryNodePort", config.registryNodePort),
    ...used(config.argo === "install", "argoServerNodePort", config.argoServerNodePort),
    ...(config.scope === "base"
      ? []
      : [
          ...used(config.mlflowServiceType === "NodePort", "mlflowNodePort", config.mlflowNodePort),
          ...used(true, "stagingNodePort", config.stagingNodePort),
          ...used(
            config.appRepositoryUrl === undefined,
            "appRepositoryNodePort",
            config.appRepositoryNodePort,
          ),
        ]),
  ];
}

function namespaces(config: StackConfig): ClaimedObject[] {
  const of = (name: string, key: string): ClaimedObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    name,
    remedy: set(config.scope === "student" ? "student" : key, "NAME"),
  });
  return [
    ...(config.scope === "base"
      ? []
      : [
          of(config.namespace, "namespace"),
          of(config.stagingNamespace, "stagingNamespace"),
          of(config.buildNamespace, "buildNamespace"),
        ]),
    ...(config.scope !== "student" && config.argo === "install"
      ? [of(config.argoNamespace, "argoNamespace")]
      : []),
    ...(config.scope !== "student" && config.backupSchedule !== undefined
      ? [of(config.backupNamespace, "backupNamespace")]
      : []),
  ];
}

function argoKinds({ argo }: StackConfig): ClaimedObject[] {
  if (argo === "existing") return [];
  return ARGO_KINDS.map((kind) => ({
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: definitionName(kind),
    remedy: set("argo", "existing"),
  }));
}

function localRegistry({ scope, externalRegistry }: StackConfig): ClaimedObject[] {
  if (externalRegistry !== undefined) return [];
  const remedy = set("externalRegistry", "HOST:PORT");
  return [
    { apiVersion: "apps/v1", kind: "Deployment", ...REGISTRY_PLACE, remedy },
    { apiVersion: "v1", kind: "Service", ...REGISTRY_PLACE, remedy },
    ...(scope === "base" ? [{ apiVersion: "v1", kind: "Secret", ...REGISTRY_USERS, remedy }] : []),
  ];
}

/** What a class has once in a cluster, whatever its settings: a cluster holds one class. */
function baseAlone({ argo }: BaseConfig): ClaimedObject[] {
  const remedy = "delete the other class first, or use another cluster";
  const of = (apiVersion: string, kind: string, name: string): ClaimedObject => ({
    apiVersion,
    kind,
    name,
    remedy,
  });
  const programs = argo === "install" ? (["workflow-controller", "argo-server"] as const) : [];
  const lists = programs.map(listingRole);
  return [
    ...[BASE_GUARD, ...STUDENT_POLICIES].flatMap((name) => [
      of(ADMISSION, "ValidatingAdmissionPolicy", name),
      of(ADMISSION, "ValidatingAdmissionPolicyBinding", name),
    ]),
    of("flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", STUDENT_LEVEL),
    of("scheduling.k8s.io/v1", "PriorityClass", BASE_PRIORITY),
    ...[...programs.map(actingRole), ...lists].map((name) => of(RBAC, "ClusterRole", name)),
    ...lists.map((name) => of(RBAC, "ClusterRoleBinding", name)),
  ];
}
