/** Kubernetes in general: namespaces, labels, quantities, pod security. Knows no part of the lab. */
export { exposedHttp, externalAddress, hostInUrl, serviceHost } from "./network/addresses";
export { dataClaim } from "./data/claim";
export { dataSecret } from "./data/secret";
export {
  type ClusterAccess,
  hasKubeconfig,
  isKubeconfigText,
  loadKubeconfig,
  reasonOf,
  requireContext,
} from "./kubeconfig";
export {
  BUILD_ROLE,
  DATA_FATES,
  DATA_LABEL,
  DATA_LABELS,
  INSTANCE_LABEL,
  labelsOf,
  MANAGER,
  MANAGER_LABEL,
  OWNER_LABEL,
} from "./labels";
export {
  type EgressRule,
  type IngressRule,
  NAME_SERVERS,
  anywhere,
  apiServer,
  byLabels,
  inNamespace,
  tcp,
} from "./network/rules";
export { Ownership } from "./ownership";
export { labNamespace } from "./namespaces/lab-namespace";
export { RestrictedNamespace } from "./namespaces/restricted-namespace";
export { LOCKED_DOWN_CONTAINER, unprivilegedPod } from "./pod-security";
export { grant, RBAC_GROUP, type Rule, rule } from "./rights";
export { bytesOf, bytesQuantity, bytesText, coresOf, coresText, cpuQuantity, thousandths } from "./quantity";
export { singleWriterClaim, singleWriterDeployment, type VolumeSize } from "./data/single-writer";
export { within } from "./within";
