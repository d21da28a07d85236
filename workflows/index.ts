/** The workflows of the course: train-model, build-container-image and the schedule. */
export { placeholderArgs, type TrainingManifests, trainingManifests } from "./training-manifests";
export { TrainingWorkflows } from "./training-workflows";
export { lintWorkflows } from "./lint";
