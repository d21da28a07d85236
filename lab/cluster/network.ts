/**
 * The lab's addresses. The node has its address on the pods' own bridge, so that the control plane listens on
 * loopback and on the lab's own network and nowhere else.
 */
export const network = {
  bridge: "gourmetgram0",
  podCidr: "10.214.0.0/22",
  nodeAddress: "10.214.0.1",
  prefixLength: 22,
  serviceCidr: "10.215.0.0/16",
  dnsAddress: "10.215.0.10",
  nodeName: "gourmetgram-lab",
  apiPort: 6443,
} as const;

/** Node ports answer on these addresses alone. */
export const nodePortAddresses = ["127.0.0.0/8", network.podCidr];

/** TCP ports that the control plane needs on the node, each with the program that listens there. */
export const controlPlanePorts: Record<number, string> = {
  [network.apiPort]: "kube-apiserver",
  2379: "etcd",
  2380: "etcd",
  10250: "kubelet",
  10256: "kube-proxy",
  10257: "kube-controller-manager",
  10259: "kube-scheduler",
};
