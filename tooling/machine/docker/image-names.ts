import { versions } from "../versions";

/** Host part of the names of images that this machine builds. No registry has that name, so nothing can be pulled in their place. */
export const imageHost = "lab.local";

const name = (image: string, tag: string): string => `${imageHost}/${image}:${tag}`;

/** The images that run in the cluster: they are in its node image. */
export const labImages = {
  pause: name("pause", "3.10.1"),
  apiServer: name("kube-apiserver", `v${versions.kubernetes}`),
  controllerManager: name("kube-controller-manager", `v${versions.kubernetes}`),
  scheduler: name("kube-scheduler", `v${versions.kubernetes}`),
  kubeProxy: name("kube-proxy", `v${versions.kubernetes}`),
  kubeRouter: name("kube-router", `v${versions.kubeRouter}`),
  etcd: name("etcd", versions.etcd),
  coredns: name("coredns", `v${versions.coredns}`),
  storageProvisioner: name("storage-provisioner", "v1"),
  registry: name("registry", versions.registry),
  workflowController: name("workflow-controller", `v${versions.argo}`),
  argoExecutor: name("argoexec", `v${versions.argo}`),
  argoServer: name("argocli", `v${versions.argo}`),
  postgres: name("postgres", versions.postgres),
  buildkit: name("buildkit", `v${versions.buildkit}`),
  nginx: name("nginx", versions.debian),
} as const;

/** The images that others are built on; they stay in Docker. */
export const baseImages = {
  node: name("kind-base", versions.debian),
  debian: name("debian", versions.debian),
  python: name("python-base", versions.debian),
} as const;

/** The image that the cluster's nodes are made of. */
export const nodeImage = name("kind-node", `v${versions.kubernetes}`);
