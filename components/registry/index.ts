/** The registry: the lab's own, or one elsewhere; its guard and its users. */
export {
  LocalRegistry,
  type LocalRegistryPlace,
  localPullAddress,
  REGISTRY_PLACE,
  REGISTRY_PODS,
  REGISTRY_RESOURCES,
} from "./local-registry";
export { GUARD_RESOURCES, SPACE_RESOURCES } from "./registry-guard";
export { pullSecretOf } from "./registry-pull-secret";
export { REGISTRY_USERS, RegistryUser } from "./registry-user";
export {
  type ExternalRegistryArgs,
  type RegistryCredentials,
  type RegistryPods,
  type RegistryTarget,
  externalRegistry,
  portsOf,
  registryEgress,
  serverOf,
} from "./registry";
