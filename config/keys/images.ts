import * as check from "../values/checks";
import { PLATFORMS } from "../values/platform";
import { CPU_INDEX } from "../values/torch-index";
import { every, base, labAndBase, labAndStudent } from "./scopes";

export const IMAGES = {
  registryNodePort: labAndBase.nodePort("Node port of the local registry.", 30500),
  registryStorage: labAndBase.volume("Size of the local registry's volume.", "10Gi"),
  registrySpacePerStudent: base.text(
    "Space in the local registry for one student's images and build caches, without what the base's images have " +
      "too. Above it, that student's pushes are refused. Ignored with externalRegistry. A Kubernetes quantity.",
    "2Gi",
    check.quantity,
  ),
  registryPullFrom: labAndBase.choice(
    "The local registry's address in pods' image references. \"node-port\" is localhost with the node " +
      "port, and needs nodes whose kube-proxy is in the mode iptables: the modes ipvs and nftables have " +
      'no node ports on localhost. "in-cluster" is the name of the registry\'s Service, and needs nodes ' +
      "whose container runtime resolves it and speaks plain HTTP to it. Without either, use " +
      "registryPullAddress or externalRegistry.",
    ["node-port", "in-cluster"],
    "node-port",
  ),
  registryPushAddress: labAndBase.optional(
    "Address under which the Docker daemon that builds images reaches the registry, as " +
      "host[:port][/path]. Empty for localhost with registryNodePort, or for externalRegistry. Docker " +
      "speaks plain HTTP only to localhost and to its daemon's insecure-registries.",
    "localhost:30500",
    check.registryAddress,
  ),
  registryPullAddress: labAndBase.optional(
    "Address under which the nodes' container runtime reaches the registry, as host[:port][/path]. " +
      "Empty for what registryPullFrom says, or for externalRegistry.",
    "registry.example.org:5000",
    check.registryAddress,
  ),
  externalRegistry: every.optional(
    "Registry to use in place of the local one, as host[:port][/path]. Empty for the local one. It is " +
      "one address for Docker, nodes and pods unless registryPushAddress, registryPullAddress or " +
      "externalRegistryInCluster say otherwise.",
    "registry.example.org/team",
    check.registryAddress,
  ),
  externalRegistryInCluster: every.optional(
    "Address under which pods reach the external registry, as host[:port][/path]. Empty for " +
      "externalRegistry.",
    "kind-registry:5000",
    check.registryAddress,
  ),
  externalRegistryPlainHttp: every.flag(
    "Whether the external registry speaks HTTP without TLS. This sets up BuildKit alone; Docker and " +
      "the nodes' container runtime have settings of their own.",
  ),
  externalRegistryUsername: every.optional(
    "User name at the external registry. Needs externalRegistryPassword.",
    "builder",
  ),
  externalRegistryPassword: every.secret("Password or token at the external registry."),
  pythonBaseImage: labAndBase.image(
    "Image with Python 3.11 on which the images of training, MLflow, the pipeline and backups are built.",
    "python:3.11-slim",
  ),
  torchIndexUrl: labAndBase.optional(
    "Python package index from which torch and torchvision are installed, and nothing else is, where " +
      "pythonBaseImage does not have them. An https address. Empty for PyTorch's builds without CUDA " +
      "where pythonBaseImage is Docker's official Python image, and for pip's own index otherwise.",
    CPU_INDEX,
    check.packageIndex,
  ),
  platform: labAndBase.optionalChoice(
    "What images are built for: linux/amd64 or linux/arm64. It has to be the architecture of the " +
      "nodes. Empty for that of the machine that builds them.",
    PLATFORMS,
    "linux/amd64",
  ),
  registryImage: labAndBase.image("Image of the local registry.", "docker.io/library/registry:3.1.2"),
  postgresImage: labAndStudent.image(
    "Image of the database, with the environment variables and the user id 999 of the official one.",
    "docker.io/library/postgres:17.6",
  ),
  registryGuardImage: base.image(
    "Image of nginx, without root, that keeps the students of a class apart at the local registry.",
    "docker.io/nginxinc/nginx-unprivileged:1.29.3",
  ),
};
