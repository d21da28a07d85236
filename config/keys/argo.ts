import * as check from "../values/checks";
import { every, labAndBase } from "./scopes";

export const ARGO = {
  argo: every.choice(
    '"install" to install Argo Workflows, "existing" where the cluster has one that watches the lab\'s ' +
      "namespace.",
    ["install", "existing"],
    "install",
  ),
  argoNamespace: labAndBase.text(
    'Namespace of Argo Workflows. The stack creates it in the mode "install".',
    "argo",
    check.namespaceName,
  ),
  argoServerNodePort: labAndBase.nodePort(
    'Node port of Argo\'s server. Ignored in the mode "existing".',
    30746,
  ),
  argoControllerImage: labAndBase.image(
    "Image of Argo's workflow controller.",
    "quay.io/argoproj/workflow-controller:v3.7.18",
  ),
  argoExecutorImage: labAndBase.image(
    "Image of Argo's executor, which runs beside every step.",
    "quay.io/argoproj/argoexec:v3.7.18",
  ),
  argoServerImage: labAndBase.image("Image of Argo's server.", "quay.io/argoproj/argocli:v3.7.18"),
  namespaceParallelism: labAndBase.integer(
    "Runs at the same time in a namespace. A training run takes two: its own and its build's.",
    50,
    [2, 1000],
  ),
  apiServerAddresses: every.list(
    "Blocks of addresses at which pods reach the API server, for the network policies of students and of backups. " +
      "Without any, pods of runs and of backups reach apiServerPorts of every address.",
    "10.0.0.1/32",
    check.addressBlock,
  ),
  apiServerPorts: every.integers(
    "Ports at which pods reach the API server, for the network policies of students and of backups: that of the Service " +
      "kubernetes, and that of the API server itself, which is 8443 in minikube and 16443 in MicroK8s.",
    [443, 6443],
    [1, 65_535],
  ),
};
