/** The three kinds of stack, the checks before they are created, and their outputs. */
export { baseStack } from "./base";
export type { KeptObject } from "./data/kept-data";
export { estimateFootprint } from "./footprint/footprint";
export { judged } from "./judgement";
export { labStack } from "./lab";
export type {
  BackupOutputs,
  BackupTarget,
  BuilderOutput,
  LabOutputs,
  RegistryOutput,
  RightOutput,
  RuleOutput,
  StudentOutputs,
  WorkloadsOutput,
} from "./outputs/outputs";
export { type ClusterSource, configuredCluster } from "./preflight/live-cluster";
export { studentStack } from "./student";
