import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { STUDENT_LABEL } from "../class-names";

export interface BaseGuardArgs {
  /** Namespace in which students' stacks say that they use the base. It may not exist yet. */
  readonly namespace: string;
}

/** The label of what may be deleted only while no student uses the base. */
export const BASE_LABELS = { "gourmetgram.dev/scope": "base" } as const;

/** The label of the objects by which students' stacks say that they use the base. */
const USAGE_LABELS = { "gourmetgram.dev/uses": "base" } as const;

/** Name of the guard's policy and of its binding. */
export const BASE_GUARD = "gourmetgram-base";

// Not ConfigMaps: a change of one creates another, and the old one has to be deleted.
const GUARDED = [
  {
    apiGroups: [""],
    resources: ["namespaces", "persistentvolumeclaims", "secrets", "serviceaccounts", "services"],
  },
  { apiGroups: ["apps"], resources: ["deployments"] },
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] },
  { apiGroups: ["flowcontrol.apiserver.k8s.io"], resources: ["prioritylevelconfigurations"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] },
  {
    apiGroups: ["rbac.authorization.k8s.io"],
    resources: ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  },
  { apiGroups: ["scheduling.k8s.io"], resources: ["priorityclasses"] },
];

/**
 * Has the API server refuse to delete a part of the base while a student's stack uses it: destroying the
 * base would delete every workflow of the class with Argo's kinds.
 *
 * A policy with parameters is evaluated once for each of them, and not at all without any. The parameters are the
 * objects by which students' stacks say that they use the base ({@link baseUsage}), so it refuses while there is one.
 * Needs Kubernetes 1.30.
 */
export class BaseGuard extends pulumi.ComponentResource {
  /** Guarded objects depend on it: the guard is created before them and deleted after them. */
  public readonly binding: pulumi.Resource;

  constructor(name: string, args: BaseGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:BaseGuard", name, {}, opts);
    const { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } = k8s.admissionregistration.v1;

    const policy = new ValidatingAdmissionPolicy(
      `${name}-policy`,
      {
        metadata: { name: BASE_GUARD, labels: BASE_LABELS },
        spec: {
          failurePolicy: "Fail",
          paramKind: { apiVersion: "v1", kind: "ConfigMap" },
          matchConstraints: {
            resourceRules: GUARDED.map((rule) => ({ ...rule, apiVersions: ["*"], operations: ["DELETE"] })),
            objectSelector: { matchLabels: BASE_LABELS },
          },
          validations: [
            {
              expression: "false",
              messageExpression: `"the stack of the student " + params.metadata.labels["${STUDENT_LABEL}"] + " uses this base: take the students' stacks down first"`,
            },
          ],
        },
      },
      { parent: this },
    );
    this.binding = new ValidatingAdmissionPolicyBinding(
      `${name}-binding`,
      {
        metadata: { name: BASE_GUARD, labels: BASE_LABELS },
        spec: {
          policyName: policy.metadata.name,
          paramRef: {
            namespace: args.namespace,
            selector: { matchLabels: USAGE_LABELS },
            parameterNotFoundAction: "Allow",
          },
          validationActions: ["Deny"],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

export interface BaseUsageArgs {
  readonly student: string;
  /** The base's namespace in which its guard looks. */
  readonly namespace: pulumi.Input<string>;
}

/**
 * Records that a student's stack uses the base. What needs the base depends on it, and so is deleted before it.
 *
 * @returns the object that the guard looks for
 */
export function baseUsage(name: string, { student, namespace }: BaseUsageArgs): pulumi.Resource {
  const parent = new pulumi.ComponentResource("gourmetgram:index:BaseUser", name);
  return new k8s.core.v1.ConfigMap(
    `${name}-marker`,
    {
      metadata: {
        name: `student-${student}`,
        namespace,
        labels: { ...USAGE_LABELS, [STUDENT_LABEL]: student },
      },
    },
    { parent },
  );
}
