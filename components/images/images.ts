import { join } from "node:path";

/** The folder of the git server's own files, relative to the project's folder. */
export const GIT_SERVER_FOLDER = join("images", "git-server");

/** An image that the stack builds. */
export interface ImageSource {
  /** Type token of its component. */
  readonly type: string;
  /** Name in the registry, without address and tag. */
  readonly imageName: string;
  /** Folder with the Dockerfile and all that it needs, relative to the project's folder. */
  readonly context: string;
  /** The Dockerfile, relative to the project's folder. @default the file `Dockerfile` in `context` */
  readonly dockerfile?: string;
  /** Stage of the Dockerfile that is built. @default the last one */
  readonly target?: string;
}

/** The images that the stack builds. */
export const IMAGES = {
  /** In which models are trained and tested. */
  training: {
    type: "gourmetgram:index:TrainingImage",
    imageName: "gourmetgram-train",
    context: "./images/training",
  },
  /** The same without its code: on it BuildKit builds the image of a commit of the training code, in seconds. */
  trainingBase: {
    type: "gourmetgram:index:TrainingBaseImage",
    imageName: "gourmetgram-train-base",
    context: "./images/training",
    target: "base",
  },
  /** Of the steps that turn a model version into a running application. */
  pipeline: {
    type: "gourmetgram:index:PipelineImage",
    imageName: "gourmetgram-pipeline",
    context: "./images/pipeline",
  },
  /**
   * On which the application's image is built: Python with everything that the application imports. A build in the
   * cluster adds the application and a model, and needs no network but the registry.
   */
  appBase: {
    type: "gourmetgram:index:AppBaseImage",
    imageName: "gourmetgram-app-base",
    context: "./images/app/base",
  },
  /** Of MLflow's server. */
  mlflow: {
    type: "gourmetgram:index:MlflowImage",
    imageName: "gourmetgram-mlflow",
    context: "./images/mlflow",
  },
  /** Of the backups on a schedule. */
  backup: {
    type: "gourmetgram:index:BackupImage",
    imageName: "gourmetgram-backup",
    context: "./images/backup",
  },
  /** Of the git server. It carries the application's sources; the training code and the server's own files are mounted. */
  gitServer: {
    type: "gourmetgram:index:GitServerImage",
    imageName: "gourmetgram-git",
    context: "./images/app",
    dockerfile: `./${join(GIT_SERVER_FOLDER, "Dockerfile")}`,
  },
} as const satisfies Record<string, ImageSource>;
