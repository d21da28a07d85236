import { stringify } from "yaml";
import { labImages } from "../../machine/docker/image-names";

const name = "kube-router";
const namespace = "kube-system";
const configuration = "/etc/cni/net.d";
const file = "10-kuberouter.conflist";

/** On each node, with the pods at it. */
const bridge = "kube-bridge";

/** The addresses of Services, as kind has them. */
const serviceAddresses = "10.96.0.0/16";

/**
 * Refuses what pods send to a Service without a ready pod, which is all that still has its address when the way is looked
 * for. kube-proxy would, but kube-router lets through what no policy forbids before kube-proxy's rule is asked. It would
 * leave the machine then, and whatever answers there, as a proxy of the network does, would be taken for the Service.
 */
const refuse = `ip rule add pref 90 iif ${bridge} to ${serviceAddresses} unreachable`;

/** A bridge on each node, with addresses from the node's own block. */
const podNetwork = {
  cniVersion: "0.3.0",
  name: "gourmetgram",
  plugins: [
    {
      type: "bridge",
      bridge,
      isDefaultGateway: true,
      hairpinMode: true,
      ipam: { type: "host-local" },
    },
    { type: "portmap", capabilities: { snat: true, portMappings: true } },
  ],
};

const rules = [
  {
    apiGroups: [""],
    resources: ["namespaces", "pods", "services", "nodes", "endpoints"],
    verbs: ["get", "list", "watch"],
  },
  {
    apiGroups: ["networking.k8s.io"],
    resources: ["networkpolicies"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
  { apiGroups: [""], resources: ["services/status"], verbs: ["update"] },
];

const mount = (volume: string, mountPath: string) => ({ name: volume, mountPath });

const pod = {
  priorityClassName: "system-node-critical",
  serviceAccountName: name,
  hostNetwork: true,
  hostPID: true,
  tolerations: [{ operator: "Exists" }],
  containers: [
    {
      name,
      image: labImages.kubeRouter,
      imagePullPolicy: "Never",
      // The file is put in place with the node's addresses in it: before, pods would be started in vain.
      command: [
        ...["sh", "-c"],
        // The rule outlives this container.
        `ip rule show | grep -q "to ${serviceAddresses} " || ${refuse}; ` +
          `cp /configuration/${file} /work/; { until grep -q subnet /work/${file}; do sleep 0.2; done; ` +
          `cp /work/${file} ${configuration}/; } & exec kube-router "$@"`,
        "kube-router",
      ],
      args: [
        ...["--run-router=true", "--run-firewall=true", "--run-service-proxy=false"],
        ...["--run-loadbalancer=false", "--bgp-graceful-restart=true"],
        // It would listen on every address of the node.
        ...["--health-port=0", "--metrics-port=0"],
      ],
      env: [
        { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "KUBE_ROUTER_CNI_CONF_FILE", value: `/work/${file}` },
      ],
      securityContext: { privileged: true },
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
      volumeMounts: [
        mount("cni", configuration),
        mount("configuration", "/configuration"),
        mount("work", "/work"),
        mount("lock", "/run/xtables.lock"),
        mount("tables", "/etc/iproute2/rt_tables"),
      ],
    },
  ],
  volumes: [
    { name: "cni", hostPath: { path: configuration } },
    { name: "configuration", configMap: { name } },
    { name: "work", emptyDir: {} },
    { name: "lock", hostPath: { path: "/run/xtables.lock", type: "FileOrCreate" } },
    { name: "tables", hostPath: { path: "/etc/iproute2/rt_tables", type: "FileOrCreate" } },
  ],
};

/**
 * The pods' network of nodes whose image is built here, as the official one has kind's own. kube-router gives each node
 * its block of addresses, the others the way to it, and enforces NetworkPolicies.
 */
export function nodeNetwork(): string {
  const metadata = { name, namespace };
  const labels = { "app.kubernetes.io/name": name };
  const rbac = "rbac.authorization.k8s.io";
  const manifests = [
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { [file]: JSON.stringify(podNetwork) } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { ...metadata, labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
    },
  ];
  return manifests.map((manifest) => stringify(manifest)).join("---\n");
}
