import type { TrainingManifestsArgs } from "../../components/training-manifests";

/** What the lab's workflows are made from, in tests that care for none of it in particular. */
export const TRAINING_ARGS = {
  namespace: "lab",
  trainingImage: `registry/train@sha256:${"0".repeat(64)}`,
  mlflowUrl: "http://mlflow",
  serviceAccounts: { train: "trainer", triggerBuild: "trigger", build: "builder" },
  schedule: "0 2 * * *",
  timezone: "UTC",
  suspended: false,
  deadlineSeconds: 3600,
} satisfies TrainingManifestsArgs;
