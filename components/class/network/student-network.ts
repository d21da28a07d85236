import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { studentPolicies, type StudentPoliciesArgs, type StudentPolicy } from "./student-policies";

/**
 * The network policies of a student's two namespaces: all traffic is denied, except what the lab needs.
 *
 * Neither does anyone come in from elsewhere, as each way in names who may take it. Traffic from a pod's own node is
 * under no policy: the kubelet's probes, and `kubectl port-forward`, which the node's container runtime carries into the
 * pod. So people use port-forwards, with a right to them, and nothing else.
 *
 * All of this holds where the cluster enforces NetworkPolicies.
 */
export class StudentNetwork extends pulumi.ComponentResource {
  constructor(name: string, args: StudentPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:StudentNetwork", name, {}, opts);

    networkPolicies(name, studentPolicies(args), args, { parent: this });
    this.registerOutputs();
  }
}

/** Makes the policies, as children of a component whose name begins their logical names. */
export function networkPolicies(
  name: string,
  policies: readonly StudentPolicy[],
  args: Pick<StudentPoliciesArgs, "namespace" | "stagingNamespace">,
  options: pulumi.ResourceOptions,
): void {
  const namespaces = { platform: args.namespace, staging: args.stagingNamespace };
  for (const policy of policies) {
    new k8s.networking.v1.NetworkPolicy(
      `${name}-${policy.place}-${policy.name}`,
      {
        metadata: {
          // Fixed: `kubectl get networkpolicies` shows no more of a policy's meaning than its name.
          name: policy.name,
          namespace: namespaces[policy.place],
          labels: { "app.kubernetes.io/part-of": "gourmetgram" },
        },
        spec: specOf(policy),
      },
      options,
    );
  }
}

function specOf({ pods, ingress, egress }: StudentPolicy): k8s.types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: pods,
    policyTypes: [...(ingress === undefined ? [] : ["Ingress"]), ...(egress === undefined ? [] : ["Egress"])],
    ...(ingress === undefined ? {} : { ingress }),
    ...(egress === undefined ? {} : { egress }),
  };
}
