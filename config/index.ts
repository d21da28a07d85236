/** The stack's configuration: its keys, their rules, and how they are read. */
export { apiServerSettings } from "./api-server";
export { nearest, registryAddress } from "./checks";
export type { Scope } from "./key";
export { KEYS, type KeyName, scopesOf } from "./keys";
export { clusterSettings, loadConfig } from "./load";
export { platformOfNodes } from "./platform";
export { pulumiCommand, setCommand } from "./pulumi-command";
export { describeOffset, offsetSchedule } from "./schedule-offset";
export {
  type BaseConfig,
  type LabConfig,
  type StackConfig,
  type StudentConfig,
  together,
} from "./stack-config";
