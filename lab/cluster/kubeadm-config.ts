import { join } from "node:path";
import { stringify } from "yaml";
import { imageHost } from "../images/names";
import { containerdSocket, live } from "../paths";
import { versions } from "../versions";
import { network } from "./network";

const argument = (name: string, value: string): { name: string; value: string } => ({ name, value });

const init = {
  apiVersion: "kubeadm.k8s.io/v1beta4",
  kind: "InitConfiguration",
  localAPIEndpoint: { advertiseAddress: network.nodeAddress, bindPort: network.apiPort },
  nodeRegistration: {
    name: network.nodeName,
    criSocket: `unix://${containerdSocket}`,
    imagePullPolicy: "Never",
    // The only node runs everything, so it carries no control-plane taint.
    taints: [],
    kubeletExtraArgs: [argument("node-ip", network.nodeAddress)],
  },
};

const cluster = {
  apiVersion: "kubeadm.k8s.io/v1beta4",
  kind: "ClusterConfiguration",
  clusterName: "gourmetgram-lab",
  kubernetesVersion: `v${versions.kubernetes}`,
  imageRepository: imageHost,
  networking: { podSubnet: network.podCidr, serviceSubnet: network.serviceCidr, dnsDomain: "cluster.local" },
  etcd: { local: { dataDir: join(live, "etcd"), imageTag: versions.etcd } },
  dns: { imageTag: `v${versions.coredns}` },
  apiServer: {
    extraArgs: [argument("bind-address", network.nodeAddress)],
    certSANs: ["localhost", "127.0.0.1"],
  },
  controllerManager: { extraArgs: [argument("node-cidr-mask-size", String(network.prefixLength))] },
};

const kubelet = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address: network.nodeAddress,
  healthzBindAddress: "127.0.0.1",
  cgroupDriver: "cgroupfs",
  // Sandboxed machines may still have version 1 of control groups.
  failCgroupV1: false,
  failSwapOn: false,
  // Lowering it needs CAP_SYS_RESOURCE, which root in a sandbox may lack.
  oomScoreAdj: 0,
  maxPods: 250,
  clusterDNS: [network.dnsAddress],
  // The machine's name servers mean nothing to pods, which have no way to them.
  resolvConf: "/dev/null",
  // Images of this lab cannot be pulled again, so none may be collected.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: { "memory.available": "200Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi" },
  containerLogMaxSize: "5Mi",
  shutdownGracePeriod: "0s",
};

/** The configuration of `kubeadm init`, as YAML. */
export const kubeadmConfiguration = (): string =>
  [init, cluster, kubelet].map((part) => stringify(part)).join("---\n");

/** The configuration of kube-proxy, which runs on the node itself, as YAML. */
export const kubeProxyConfiguration = (kubeconfig: string, nodePortAddresses: readonly string[]): string =>
  stringify({
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    bindAddress: network.nodeAddress,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    clientConnection: { kubeconfig },
    clusterCIDR: network.podCidr,
    hostnameOverride: network.nodeName,
    nodePortAddresses,
    oomScoreAdj: 0,
    // The machine's own limits stay as they are.
    conntrack: { maxPerCore: 0, min: 0 },
  });

/** CoreDNS for the cluster's own names alone: there is no outer name server to ask. */
export const corefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    cache 30
    reload
}
`;
