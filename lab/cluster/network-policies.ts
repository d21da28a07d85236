import { stringify } from "yaml";
import { startService, supervisorPid, type Service } from "../machine/services";
import { succeeds } from "../run";
import { goBuilds, programPath } from "../toolchain/go-builds";
import { kubectl, programKubeconfig } from "./kubernetes";
import { network } from "./network";

/**
 * The bridge that joins the pods enforces no NetworkPolicy. kube-router does, as its firewall alone: it turns policies
 * into packet filter rules of this node.
 */
const name = "kube-router";
const rbac = "rbac.authorization.k8s.io";
const metadata = { name: `gourmetgram-${name}` };

/** All that the firewall looks at. It changes nothing in the cluster. */
const manifests = [
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata,
    rules: [
      {
        apiGroups: [""],
        resources: ["namespaces", "pods", "services", "nodes", "endpoints"],
        verbs: ["get", "list", "watch"],
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: metadata.name },
    subjects: [{ apiGroup: rbac, kind: "User", name }],
  },
];

/** Whether the packet filter has the chain that all traffic of pods goes through. */
const chainExists = (): Promise<boolean> =>
  succeeds("iptables", ["-t", "filter", "-S", "KUBE-ROUTER-FORWARD"]);

const service = (kubeconfig: string): Service => ({
  name,
  command: [
    programPath(goBuilds.kubeRouter, name),
    ...["--run-firewall=true", "--run-router=false", "--run-service-proxy=false"],
    ...["--kubeconfig", kubeconfig, "--hostname-override", network.nodeName],
    ...["--service-cluster-ip-range", network.serviceCidr],
    // It would listen on every address of the machine.
    ...["--health-port", "0", "--metrics-port", "0"],
  ],
  isReady: chainExists,
  readyWithin: 60,
});

/** Whether NetworkPolicies are enforced. */
export const policiesAreEnforced = async (): Promise<boolean> =>
  supervisorPid(name) !== undefined && (await chainExists());

/** Starts what enforces NetworkPolicies. */
export async function enforcePolicies(): Promise<void> {
  const text = manifests.map((manifest) => stringify(manifest)).join("---\n");
  await kubectl(["apply", "--server-side", "--force-conflicts", "--filename", "-"], text);
  await startService(service(await programKubeconfig(name, name)));
}
