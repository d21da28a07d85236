/** The images that the stack builds and pushes. */
export { AppBaseImage } from "./app-base-image";
export { FOLDER, GitServerImage } from "./git-server-image";
export { MlflowImage } from "./mlflow-image";
export { PipelineImage } from "./pipeline-image";
export { TrainingImage } from "./training-image";
