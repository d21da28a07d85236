/** A typed model of Argo Workflows: what is defined here renders to objects for the Kubernetes API. */
export * from "./conditions";
export * from "./manifest-text";
export * from "./manifests";
export { type InputParameter, type Inputs, type OutputParameter, type Outputs, fromFile } from "./parameters";
export * from "./references";
export { type Flow, type Step, steps } from "./steps";
export { type Container, type Template, container, resource } from "./templates";
export { type Volume, emptyDir } from "./volumes";
export * from "./workflows";
