/** The stack's configuration: its keys, their rules, and how they are read. */
export { apiServerSettings } from "./api-server";
export { nearest, registryAddress } from "./checks";
export { KEYS, type KeyName } from "./keys";
export type { LabConfig, ScheduleConfig, StudentConfig } from "./lab-config";
export { clusterSettings, loadConfig } from "./load";
export { platformOfNodes } from "./platform";
export { pulumiCommand, setCommand } from "./pulumi-command";
export type { LocalRegistryConfig } from "./registry-config";
export { describeOffset, offsetSchedule } from "./schedule-offset";
export { type Scope, scopesOf } from "./scopes";
