/** Rights as a lab's outputs list them. */
import type { RightOutput } from "../../stacks/outputs/outputs";

export const TRAINER: RightOutput = {
  role: "train-model",
  serviceAccount: "train-model",
  namespace: "lab",
  rules: [{ apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] }],
};

export const STUDENT: RightOutput = {
  role: "submit-training",
  serviceAccount: "student",
  namespace: "lab",
  rules: [
    { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get", "watch"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
  ],
};

/** An account with a Role in each of two namespaces, one of them for a certain object only. */
export const DEPLOYER: readonly RightOutput[] = [
  { ...TRAINER, role: "deploy-staging", serviceAccount: "deploy-staging" },
  {
    role: "deploy-staging",
    serviceAccount: "deploy-staging",
    namespace: "staging",
    rules: [
      {
        apiGroups: ["apps"],
        resources: ["deployments"],
        resourceNames: ["gourmetgram"],
        verbs: ["get", "patch"],
      },
    ],
  },
];
