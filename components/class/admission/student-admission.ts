import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BASE_LABELS } from "../base/base-guard";
import { STUDENT_LABEL, studentNamespaces } from "../class-names";
import { podPolicy } from "./pod-policy";
import type { Policy } from "./policy";
import { RESULT_POLICY } from "./result-policy";
import { STAGING_POLICY } from "./staging-policy";
import { WORKFLOW_POLICY } from "./workflow-policy";

export interface StudentAdmissionArgs {
  /** Namespace of Argo's own programs, whose accounts are not bounded. */
  readonly argoNamespace: string;
  /** Address in pods' image references of a registry that tells students apart. @default none does */
  readonly registry?: pulumi.Input<string> | undefined;
}

/** All rules for what students write. */
const policies = (registry?: pulumi.Input<string>): readonly Policy[] => [
  WORKFLOW_POLICY,
  RESULT_POLICY,
  STAGING_POLICY,
  podPolicy(registry),
];

/** Names of the policies and of their bindings. */
export const STUDENT_POLICIES: readonly string[] = policies().map(({ name }) => name);

/**
 * Bounds what students write by admission. Argo's controller, etcd and the scheduler are one for the class and act on
 * what is in a student's namespace, so rights and a quota alone do not keep students apart.
 *
 * The accounts of runs are bounded as the student's own is: a step runs any code, with its account's token. Not
 * bounded are Argo's controller, Kubernetes' own controllers, and people who are no service account, as the teacher.
 *
 * Needs Kubernetes 1.30.
 */
export class StudentAdmission extends pulumi.ComponentResource {
  /** What is guarded depends on them, so they are created before it and deleted after it. */
  public readonly bindings: readonly pulumi.Resource[];

  constructor(name: string, args: StudentAdmissionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:StudentAdmission", name, {}, opts);
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } = k8s.admissionregistration.v1;
    this.bindings = policies(args.registry).map((each) => {
      const child = `${name}-${each.resource}`;
      const metadata = { name: each.name, labels: BASE_LABELS };
      const policy = new ValidatingAdmissionPolicy(
        `${child}-policy`,
        { metadata, spec: specOf(each, args) },
        { parent: this },
      );
      return new ValidatingAdmissionPolicyBinding(
        `${child}-binding`,
        { metadata, spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } },
        { parent: this },
      );
    });
    this.registerOutputs({});
  }
}

/** The account of every student begins so; names of students decide how it goes on. */
const ACCOUNTS = `system:serviceaccount:${studentNamespaces("").platform}`;

function specOf(policy: Policy, { argoNamespace }: StudentAdmissionArgs): PolicySpec {
  const { apiGroup, resource, operations, variables = {}, rules } = policy;
  const byAccount = policy.of === "students' accounts";
  return {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [
        { apiGroups: [apiGroup], apiVersions: ["*"], resources: [resource], operations: [...operations] },
      ],
      ...(byAccount
        ? {}
        : { namespaceSelector: { matchExpressions: [{ key: STUDENT_LABEL, operator: "Exists" }] } }),
    },
    ...(byAccount
      ? {
          matchConditions: [
            {
              name: "account-of-a-student",
              expression:
                `request.userInfo.username.startsWith("${ACCOUNTS}") && ` +
                `!request.userInfo.username.startsWith("system:serviceaccount:${argoNamespace}:")`,
            },
          ],
        }
      : {}),
    variables: Object.entries(variables).map(([name, expression]) => ({ name, expression })),
    // What is refused is forbidden, and no mistake of the API server.
    validations: rules.map((rule) => ({ ...rule, reason: "Forbidden" })),
  };
}

type PolicySpec = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
