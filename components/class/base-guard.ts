import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { STUDENT_LABEL } from "./class-names";

/** Arguments of {@link BaseGuard}. */
export interface BaseGuardArgs {
  /** Namespace in which students' stacks say that they use the base. It may not exist yet. */
  readonly namespace: string;
}

/** The label of what only goes when no student is left. */
export const BASE_LABELS = { "gourmetgram.dev/scope": "base" } as const;

/** The label of the objects by which students' stacks say that they use the base. */
const USER_LABELS = { "gourmetgram.dev/uses": "base" } as const;

/** Name of the guard's policy and of its binding. */
export const BASE_GUARD = "gourmetgram-base";

// Not ConfigMaps: a change of one makes another, and the old one has to go.
const GUARDED = [
  {
    apiGroups: [""],
    resources: ["namespaces", "persistentvolumeclaims", "secrets", "serviceaccounts", "services"],
  },
  { apiGroups: ["apps"], resources: ["deployments"] },
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"] },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"] },
  {
    apiGroups: ["rbac.authorization.k8s.io"],
    resources: ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
  },
  { apiGroups: ["scheduling.k8s.io"], resources: ["priorityclasses"] },
];

/**
 * Has the API server refuse to delete a part of the base while a student's stack uses it, whoever asks: destroying the
 * base would delete every workflow of the class with Argo's kinds.
 *
 * A policy with parameters is judged once for each of them and not at all where there is none. The parameters are the
 * objects by which students' stacks say that they use the base ({@link BaseUser}), so it refuses while there is one.
 * Needs Kubernetes 1.30.
 */
export class BaseGuard extends pulumi.ComponentResource {
  /** What a guarded object depends on, so that the guard is made before it and goes after it. */
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
            selector: { matchLabels: USER_LABELS },
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

/** Arguments of {@link BaseUser}. */
export interface BaseUserArgs {
  readonly student: string;
  /** The base's namespace that its guard looks at. */
  readonly namespace: pulumi.Input<string>;
}

/** Says that a student's stack uses the base. What needs the base depends on it, and so goes before it. */
export class BaseUser extends pulumi.ComponentResource {
  public readonly marker: pulumi.Resource;

  constructor(name: string, { student, namespace }: BaseUserArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:BaseUser", name, {}, opts);
    this.marker = new k8s.core.v1.ConfigMap(
      `${name}-marker`,
      {
        metadata: {
          name: `student-${student}`,
          namespace,
          labels: { ...USER_LABELS, [STUDENT_LABEL]: student },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
