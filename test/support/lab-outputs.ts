/** The outputs of a lab that is up, as Pulumi prints them. */
import type { LabOutputs } from "../../stacks/outputs/outputs";
import { STUDENT } from "./rights";

export const OUTPUTS: LabOutputs = {
  namespace: "lab",
  mlflowUrl: "http://mlflow.lab.svc.cluster.local:8000",
  mlflowExternalUrl: "http://localhost:30800",
  registry: {
    inCluster: "registry:5000",
    fromNodes: "localhost:30500",
    forPushing: "localhost:30500",
    own: true,
    plainHttp: true,
  },
  trainingImage: { reference: "registry:5000/gourmetgram-train@sha256:0", digest: "sha256:0" },
  workflowTemplates: { train: "train-model", build: "build-container-image" },
  schedule: { name: "train-model-cron", cron: "0 2 * * *", timezone: "UTC", suspended: false },
  argoServerUrl: "https://localhost:30746",
  submitTraining: "argo submit",
  rights: [STUDENT],
  workloads: { mlflow: { kind: "Deployment", namespace: "lab", name: "mlflow" }, postgres: null },
  registeredModel: { name: "GourmetGramFood11Model", alias: "development", stagingAlias: "staging" },
  staging: {
    namespace: "staging",
    deployment: "gourmetgram",
    url: "http://gourmetgram.staging.svc.cluster.local:8000",
    externalUrl: "http://localhost:30081",
  },
  appRepository: {
    url: "http://app-repository.lab.svc.cluster.local:8080/gourmetgram.git",
    externalUrl: "http://localhost:30300/gourmetgram.git",
    branch: "main",
    username: "student",
  },
  footprint: {
    services: { cpu: 0.3, memory: 973_078_528 },
    limits: { cpu: 4, memory: 2_000_000_000 },
    volumes: 8_589_934_592,
    pods: 8,
    run: { cpu: 0.51, memory: 1_181_116_006, volumes: 4_294_967_296, pods: 3 },
    runsAtOnce: 2,
  },
  trainRepository: {
    url: "http://app-repository.gourmetgram-platform.svc.cluster.local:8080/gourmetgram-train.git",
    externalUrl: "http://localhost:30300/gourmetgram-train.git",
    branch: "mlops",
  },
  builder: { address: "tcp://buildkitd.build.svc.cluster.local:1234", namespace: "build" },
};
