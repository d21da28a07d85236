/** How much of the API server's attention students' accounts have: a storm of requests waits behind itself. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Name of the priority level. */
export const STUDENT_LEVEL = "gourmetgram-students";

/**
 * The level of all students' accounts, a part of the base. Its seats are a few of those that the API server has, and
 * what finds none waits in a queue. The cluster's own parts, Argo's controller and the teacher have other levels.
 */
export function studentLevel(name: string): void {
  const parent = new pulumi.ComponentResource("gourmetgram:index:ApiFairness", name);
  new k8s.flowcontrol.v1.PriorityLevelConfiguration(
    `${name}-level`,
    {
      metadata: { name: STUDENT_LEVEL },
      spec: {
        type: "Limited",
        limited: {
          // Kubernetes' own levels have 245 together: this is about a twenty-fifth of the seats.
          nominalConcurrencyShares: 10,
          lendablePercent: 0,
          borrowingLimitPercent: 0,
          limitResponse: { type: "Queue", queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } },
        },
      },
    },
    { parent },
  );
}

/**
 * Leads the requests of a student's accounts to that level, each account in queues of its own.
 *
 * @param namespace Of the student's accounts.
 */
export function studentFlow(name: string, { student, namespace }: StudentFlowArgs): void {
  const parent = new pulumi.ComponentResource("gourmetgram:index:StudentFlow", name);
  new k8s.flowcontrol.v1.FlowSchema(
    `${name}-schema`,
    {
      metadata: { name: `gourmetgram-student-${student}` },
      spec: {
        priorityLevelConfiguration: { name: STUDENT_LEVEL },
        // Before Kubernetes' own schema for accounts, which has 9000.
        matchingPrecedence: 2000,
        distinguisherMethod: { type: "ByUser" },
        rules: [
          {
            subjects: [{ kind: "ServiceAccount", serviceAccount: { namespace, name: "*" } }],
            resourceRules: [
              { verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true },
            ],
            nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
          },
        ],
      },
    },
    { parent },
  );
}

export interface StudentFlowArgs {
  readonly student: string;
  readonly namespace: pulumi.Input<string>;
}
