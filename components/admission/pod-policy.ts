/** What no pod in a student's namespace has, made from whatever by whomever. */
import { BASE_PRIORITY_VALUE } from "../class";
import { NOW_AND_BEFORE, type Policy } from "./policy";

/** The rules for pods: those of staging are made by Kubernetes, and those of runs by Argo. */
export const POD_POLICY: Policy = {
  name: "gourmetgram-student-pods",
  apiGroup: "",
  resource: "pods",
  operations: ["CREATE"],
  of: "students' namespaces",
  variables: NOW_AND_BEFORE,
  rules: [
    {
      expression: `variables.now.spec.?priority.orValue(0) < ${BASE_PRIORITY_VALUE}`,
      message: `the priority of the pod's class is ${BASE_PRIORITY_VALUE} or more: the base of the class would give way to it; leave out priorityClassName`,
    },
    {
      expression: "variables.now.spec.?volumes.orValue([]).all(each, !has(each.ephemeral))",
      message:
        "the pod has a generic ephemeral volume: it would claim storage past what the namespace is given; use an emptyDir",
    },
  ],
};
