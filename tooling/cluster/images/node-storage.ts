import { stringify } from "yaml";
import { labImages } from "../../machine/docker/image-names";

/** The default storage class, by the name that kind's own has. */
const storageClass = "standard";
const provisioner = "gourmetgram.lab/local";
const name = "storage-provisioner";
const namespace = "kube-system";
const volumes = "/var/lib/gourmetgram-volumes";

const metadata = { name, namespace, labels: { "app.kubernetes.io/name": name } };
const rbac = "rbac.authorization.k8s.io";

const binding = (bindingName: string, role: string): object => ({
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: bindingName },
  roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
  subjects: [{ kind: "ServiceAccount", name, namespace }],
});

const pod = {
  serviceAccountName: name,
  priorityClassName: "system-node-critical",
  tolerations: [{ operator: "Exists" }],
  containers: [
    {
      name,
      image: labImages.storageProvisioner,
      imagePullPolicy: "Never",
      args: ["-root", volumes, "-node", "$(NODE)"],
      env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
      // It removes folders that pods of any user wrote to.
      securityContext: {
        runAsUser: 0,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: ["DAC_OVERRIDE", "FOWNER"] },
        seccompProfile: { type: "RuntimeDefault" },
      },
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      volumeMounts: [{ name: "volumes", mountPath: volumes }],
    },
  ],
  volumes: [{ name: "volumes", hostPath: { path: volumes, type: "DirectoryOrCreate" } }],
};

/**
 * What gives claims their volumes on nodes whose image is built here: a storage class, and on each node a program that
 * makes a folder for each claim whose pod runs there.
 */
export function nodeStorage(): string {
  const manifests = [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: storageClass,
        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
      },
      provisioner,
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    // Kubernetes' own role for provisioners lacks the look at the node that the scheduler chose.
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: `gourmetgram-${name}` },
      rules: [{ apiGroups: [""], resources: ["nodes"], verbs: ["get"] }],
    },
    binding(`gourmetgram-${name}`, "system:persistent-volume-provisioner"),
    binding(`gourmetgram-${name}-node`, `gourmetgram-${name}`),
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata,
      spec: {
        selector: { matchLabels: metadata.labels },
        template: { metadata: { labels: metadata.labels }, spec: pod },
      },
    },
  ];
  return manifests.map((manifest) => stringify(manifest)).join("---\n");
}
