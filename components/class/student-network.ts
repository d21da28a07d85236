import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { studentPolicies, type StudentPoliciesArgs, type StudentPolicy } from "./student-policies";

/** Options of {@link StudentNetwork}. */
export type StudentNetworkArgs = StudentPoliciesArgs;

/**
 * Who may talk to whom in the two namespaces of a student: nobody to anybody, except along the ways that the lab needs.
 *
 * Neither does anyone come in from elsewhere, as each way in names who may take it. Traffic from a pod's own node is
 * under no policy: the kubelet's probes, and `kubectl port-forward`, which the node's container runtime carries into the
 * pod. So people come with a right to forward ports, and by no other way.
 *
 * All of this holds where the cluster enforces NetworkPolicies.
 */
export class StudentNetwork extends pulumi.ComponentResource {
  constructor(name: string, args: StudentNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:StudentNetwork", name, {}, opts);

    const namespaces = { platform: args.namespace, staging: args.stagingNamespace };
    for (const policy of studentPolicies(args)) {
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy.place}-${policy.name}`,
        {
          metadata: {
            // Fixed: the name is what `kubectl get networkpolicies` tells of a policy's meaning.
            name: policy.name,
            namespace: namespaces[policy.place],
            labels: { "app.kubernetes.io/part-of": "gourmetgram" },
          },
          spec: specOf(policy),
        },
        { parent: this },
      );
    }
    this.registerOutputs();
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
