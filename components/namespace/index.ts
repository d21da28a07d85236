/** Namespaces. */
export { labNamespace } from "./lab-namespace";
export { PlatformNamespace } from "./platform-namespace";
