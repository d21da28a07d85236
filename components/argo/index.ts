/** A typed model of Argo Workflows: what is defined here renders to objects for the Kubernetes API. */
export type { CallOptions } from "./calls";
export * from "./conditions";
export * from "./container-sets";
export * from "./containers";
export * from "./cron";
export { type Graph, type Task, dag } from "./dag";
export * from "./manifest-text";
export * from "./manifests";
export {
  type ArtifactOutput,
  type FileOutput,
  type Outputs,
  artifactFrom,
  fromField,
  fromFile,
  printed,
} from "./outputs";
export { type InputParameter, type Inputs, type Parameters, artifactAt } from "./parameters";
export * from "./references";
export { resource } from "./resource";
export { type Flow, type Step, type StepGroup, steps } from "./steps";
export { suspend } from "./suspend";
export * from "./template-manifests";
export type { Template } from "./templates";
export { type ApiUse, USES_ANNOTATION } from "./uses";
export { type Volume, emptyDir, secretVolume } from "./volumes";
export * from "./workflows";
