/** Namespaces. */
export { labNamespace } from "./lab-namespace";
export { RestrictedNamespace } from "./restricted-namespace";
