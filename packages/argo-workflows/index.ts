/** A typed model of Argo Workflows: what is defined here renders to objects for the Kubernetes API. */
export type { CallOptions } from "./values/calls";
export * from "./values/conditions";
export * from "./templates/container-sets";
export * from "./templates/containers";
export * from "./manifests/cron";
export { type DagBuilder, type Task, dag } from "./templates/dag";
export * from "./manifests/event-binding";
export * from "./manifests/manifest-text";
export * from "./manifests/manifests";
export {
  type ArtifactOutput,
  type FileOutput,
  type Outputs,
  artifactFrom,
  fromField,
  fromFile,
  printed,
} from "./values/outputs";
export { type InputParameter, type Inputs, type Parameters, artifactAt } from "./values/parameters";
export * from "./values/references";
export { resource } from "./templates/resource";
export { type StepsBuilder, type Step, type StepGroup, steps } from "./templates/steps";
export { suspend } from "./templates/suspend";
export * from "./manifests/template-manifests";
export type { Template } from "./templates/templates";
export { type ApiUse, USES_ANNOTATION } from "./values/uses";
export { type Volume, emptyDir, secretVolume } from "./values/volumes";
export * from "./manifests/workflows";
