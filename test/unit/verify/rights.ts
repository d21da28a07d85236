/** Rights as a lab's outputs list them. */
import type { RightOutput } from "../../../components/outputs";

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
