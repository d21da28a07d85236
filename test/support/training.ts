import type { TrainingManifestsArgs } from "../../workflows/training-args";

/** A reference with a digest. */
function image(name: string): string {
  return `registry/${name}@sha256:${"0".repeat(64)}`;
}

/** What the lab's workflows are made from, in tests that care for none of it in particular. */
export const TRAINING_ARGS = {
  namespace: "lab",
  trainingImage: image("train"),
  pipelineImage: image("pipeline"),
  appBaseImage: image("app-base"),
  registry: { pushRepository: "registry:5000/app", pullRepository: "localhost:30500/app" },
  trainingCode: {
    repository: "http://app-repository:8080/gourmetgram-train.git",
    baseImage: image("train-base"),
    registry: { pushRepository: "registry:5000/train", pullRepository: "localhost:30500/train" },
  },
  builder: { namespace: "build", deployment: "buildkitd", address: "tcp://buildkitd:1234" },
  appRepository: { url: "http://app-repository:8080/gourmetgram.git", branch: "main" },
  staging: { namespace: "staging", deployment: "gourmetgram", url: "http://gourmetgram.staging:8000" },
  mlflowUrl: "http://mlflow",
  serviceAccounts: { train: "trainer", triggerBuild: "trigger", build: "builder", deployStaging: "deployer" },
  schedule: "0 2 * * *",
  timezone: "UTC",
  suspended: false,
  deadlineSeconds: 3600,
} satisfies TrainingManifestsArgs;
