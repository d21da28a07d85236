import { join } from "node:path";
import { live } from "../paths";
import { network } from "./network";

/** The storage class of the embedded lab; Pulumi.dev.yaml names it. */
export const storageClass = "lab-local";
const provisioner = "gourmetgram.lab/local";
const name = "storage-provisioner";
const namespace = "kube-system";
const volumes = join(live, "volumes");

const metadata = { name, namespace, labels: { "app.kubernetes.io/name": name } };
const subjects = [{ kind: "ServiceAccount", name, namespace }];

const clusterRoleBinding = (bindingName: string, role: string): object => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: bindingName },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
  subjects,
});

/** What gives claims their volumes: a storage class and the program that makes a folder for each claim. */
export const storageManifests = (image: string): object[] => [
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: storageClass, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
  },
  { apiVersion: "v1", kind: "ServiceAccount", metadata },
  // Kubernetes' own role for provisioners lacks the look at the node that the scheduler chose.
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: `gourmetgram-${name}` },
    rules: [{ apiGroups: [""], resources: ["nodes"], resourceNames: [network.nodeName], verbs: ["get"] }],
  },
  clusterRoleBinding(`gourmetgram-${name}`, "system:persistent-volume-provisioner"),
  clusterRoleBinding(`gourmetgram-${name}-node`, `gourmetgram-${name}`),
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: metadata.labels },
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          serviceAccountName: name,
          priorityClassName: "system-cluster-critical",
          containers: [
            {
              name,
              image,
              imagePullPolicy: "Never",
              args: ["-root", volumes, "-node", network.nodeName],
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
        },
      },
    },
  },
];
