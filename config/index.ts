/** The stack's configuration: its keys, their rules, and how they are read. */
export { apiServerSettings } from "./values/api-server";
export { nearest, registryAddress } from "./values/checks";
export type { Key, Scope } from "./key";
export { GROUPS, KEYS, type KeyName, scopesOf } from "./keys";
export { clusterSettings, loadConfig } from "./load";
export { platformOfNodes } from "./values/platform";
export { pulumiCommand, setCommand } from "./pulumi-command";
export { describeOffset, offsetSchedule } from "./values/schedule-offset";
export {
  type BaseConfig,
  type LabConfig,
  type StackConfig,
  type StudentConfig,
  together,
} from "./stack-config";
