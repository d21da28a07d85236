/**
 * The stack's configuration keys: type, default, checks and meaning of each, in one place. The section `config` of
 * `Pulumi.yaml` is generated from them by `npm run generate`.
 */
import type { Output } from "@pulumi/pulumi";
import * as check from "./values/checks";
import { type Key, KeysOf, type Scope, SCOPES, type SecretKey } from "./key";
import { PLATFORMS } from "./values/platform";
import { CPU_INDEX } from "./values/torch-index";

const every = new KeysOf(SCOPES);
/** About one lab. A student's stack has names that follow from the student's, and no node ports. */
const lab = new KeysOf(["lab"]);
const base = new KeysOf(["base"]);
const student = new KeysOf(["student"]);
/** About what a cluster has once. A student's stack finds it through the outputs of the base. */
const labAndBase = new KeysOf(["lab", "base"]);
/** About what each student works with. */
const labAndStudent = new KeysOf(["lab", "student"]);

const STACK = {
  scope: every.choice(
    '"lab" for everything in one stack. For a class on one cluster, "base" for the stack that all ' +
      'students share, and "student" for the stack of each student.',
    SCOPES,
    "lab",
  ),
  student: student.optional(
    "Name of the student whose stack this is. Namespaces, images and addresses follow from it.",
    "alice",
    check.studentName,
  ),
  baseStack: student.optional(
    'The base stack of the class, in the same backend. Needed with the scope "student".',
    "dev-base",
    check.stackName,
  ),
  size: labAndStudent.choice(
    "Size of MLflow and the training runs. One of small, medium and large.",
    ["small", "medium", "large"],
    "medium",
  ),
  budgetCpu: every.optional(
    "Cores that the stack may request at most, its runs included. Empty for no limit.",
    "4",
    check.cpuQuantity,
  ),
  budgetMemory: every.optional(
    "Memory that the stack may request at most, its runs included. Empty for no limit.",
    "8Gi",
    check.quantity,
  ),
  budgetStorage: every.optional(
    "Storage that the stack's volumes may have at most, its runs included. Empty for no limit.",
    "20Gi",
    check.quantity,
  ),
  studentTokenDays: student.integer(
    "Days for which a student's kubeconfig is valid. Each up issues a new one.",
    120,
    [1, 365],
  ),
  keepData: every.flag(
    "Whether the volumes with data, and the passwords that open them, stay in the cluster when the stack is destroyed. " +
      "The next stack of that name uses them again.",
  ),
  namespace: lab.text(
    "Namespace of MLflow, the workflows and the training runs. The stack creates it.",
    "gourmetgram-platform",
    check.namespaceName,
  ),
  storageClass: every.optional(
    "Storage class of every volume. Empty for the cluster's default class.",
    "standard",
    check.dnsSubdomain,
  ),
  externalHost: every.text(
    "Host name or IP address under which the cluster's node ports are reached from outside, for the " +
      "addresses that people open. Images are pushed to registryPushAddress.",
    "localhost",
    check.host,
  ),
};

const IMAGES = {
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
    "Image with Python 3.11 on which the training and MLflow images are built.",
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

const MLFLOW = {
  mlflowServiceType: lab.optionalChoice(
    "Type of MLflow's Service. NodePort, LoadBalancer or ClusterIP. Empty for NodePort where externalHost is this " +
      "machine, and ClusterIP elsewhere: MLflow has no log-in, and who reaches it runs code in staging.",
    ["NodePort", "LoadBalancer", "ClusterIP"],
    "NodePort",
  ),
  mlflowNodePort: lab.nodePort("Node port of MLflow. Ignored with the other types.", 30800),
  mlflowExternalIps: lab.list(
    "IP addresses of nodes at which MLflow's Service also answers, on port 8000.",
    "203.0.113.7",
    check.ipAddress,
  ),
  mlflowAllowedHosts: labAndStudent.list(
    "Further host names under which MLflow accepts requests.",
    "mlflow.example.org",
    check.hostPattern,
  ),
  mlflowStorage: labAndStudent.volume(
    "Size of the artifacts' volume. Ignored with mlflowArtifactRoot.",
    "10Gi",
  ),
  mlflowDatabaseUri: labAndStudent.secret(
    "URI of a PostgreSQL database to use in place of the lab's own, such as " +
      "postgresql://user:password@host:5432/database. In a class, {student} in it " +
      "stands for the student's name: each needs a database of their own.",
    check.databaseUri,
  ),
  mlflowArtifactRoot: labAndStudent.optional(
    "Place in S3 for the artifacts, as s3://bucket/path, in a class with a folder for each student in " +
      "it. Empty for a volume.",
    "s3://bucket/mlflow",
    check.s3Uri,
  ),
  mlflowS3Endpoint: labAndStudent.optional(
    "Address of an S3 service that is not Amazon's, such as https://s3.example.org.",
    "https://s3.example.org",
    check.httpUrl,
  ),
  mlflowS3AccessKeyId: labAndStudent.secret(
    "Access key for S3. Needs mlflowS3SecretAccessKey. Empty where the ServiceAccount mlflow may use the " +
      "bucket by a workload identity of the cloud.",
  ),
  mlflowS3SecretAccessKey: labAndStudent.secret("Secret key for S3. Needs mlflowS3AccessKeyId."),
  postgresStorage: labAndStudent.volume("Size of the database's volume.", "5Gi"),
};

const ARGO = {
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
  apiServerAddresses: student.list(
    "Blocks of addresses at which pods reach the API server, for a student's network policies. " +
      "Without any, pods of runs reach apiServerPorts of every address.",
    "10.0.0.1/32",
    check.addressBlock,
  ),
  apiServerPorts: student.integers(
    "Ports at which pods reach the API server, for a student's network policies: that of the Service " +
      "kubernetes, and that of the API server itself, which is 8443 in minikube and 16443 in MicroK8s.",
    [443, 6443],
    [1, 65_535],
  ),
};

const TRAINING = {
  schedule: labAndStudent.text(
    "When training starts automatically, as a cron string of five fields.",
    "0 2 * * *",
    check.cron,
  ),
  scheduleTimezone: labAndStudent.text(
    "Time zone of the schedule, as a name of the IANA database.",
    "UTC",
    check.timeZone,
  ),
  scheduleSuspended: labAndStudent.flag(
    "Whether the schedule is suspended. Runs can still be submitted by hand.",
  ),
  scheduleSpreadMinutes: student.integer(
    "Minutes over which the schedules of a class are spread. Each student's offset " +
      "follows from the name. 0 has all fire at the same time.",
    60,
    [0, 720],
  ),
  trainingDeadlineSeconds: labAndStudent.integer(
    "Seconds that a training run may take, its container build included and the wait for other builds not.",
    3600,
    [900, 604_800],
  ),
};

const APPLICATION = {
  stagingNamespace: lab.text(
    "Namespace of the application in staging. The stack creates it.",
    "gourmetgram-staging",
    check.namespaceName,
  ),
  stagingNodePort: lab.nodePort("Node port of the application in staging.", 30081),
  buildNamespace: lab.text(
    "Namespace of BuildKit. The stack creates it.",
    "gourmetgram-build",
    check.namespaceName,
  ),
  buildkitImage: every.image(
    "Image of BuildKit, with the commands, the user and the folders of the official rootless one.",
    "docker.io/moby/buildkit:v0.32.2-rootless",
  ),
  buildkitMode: every.choice(
    '"rootless" for a BuildKit that makes a user namespace of its own. "userns" has Kubernetes make ' +
      "one: for nodes that refuse the first, such as Ubuntu 24.04's; needs Kubernetes 1.33 and " +
      'containerd 2. "privileged" where the nodes allow neither: then anyone who may build controls the ' +
      "node.",
    ["rootless", "userns", "privileged"],
    "rootless",
  ),
  buildCacheStorage: labAndStudent.text(
    "Disk that BuildKit may fill on its node during a build: what the Dockerfile's steps need of the base image is " +
      "unpacked there. A Kubernetes quantity.",
    "20Gi",
    check.quantity,
  ),
  appRepositoryUrl: every.optional(
    "The application's repository, an http or https address. Empty for a git server in the cluster " +
      "that serves images/app/.",
    "https://git.example.org/team/gourmetgram.git",
    check.httpUrl,
  ),
  appRepositoryBranch: labAndStudent.text(
    "Branch of the application's repository that is built.",
    "main",
    check.gitBranch,
  ),
  appRepositoryUsername: labAndStudent.optional(
    "User name with which appRepositoryUrl is read. Needs appRepositoryPassword.",
    "builder",
  ),
  appRepositoryPassword: labAndStudent.secret("Password or token with which appRepositoryUrl is read."),
  appRepositoryNodePort: lab.nodePort("Node port of the git server. Ignored with appRepositoryUrl.", 30300),
  appRepositoryStorage: labAndStudent.volume(
    "Size of the git server's volume. Ignored with appRepositoryUrl.",
    "1Gi",
  ),
  gitServerBaseImage: labAndBase.image(
    "Image with Debian on which the git server's image is built. Ignored with appRepositoryUrl.",
    "debian:bookworm-slim",
  ),
};

/** The keys in groups, each with what it is about. */
export const GROUPS: readonly (readonly [title: string, keys: Readonly<Record<string, Key<unknown>>>])[] = [
  ["What the stack is, and how much of a cluster it may take.", STACK],
  ["Images: where they go, and what they are built on.", IMAGES],
  ["MLflow: its address, and where it keeps its data.", MLFLOW],
  ["Argo Workflows.", ARGO],
  ["Training.", TRAINING],
  ["From a model version to the application in staging.", APPLICATION],
];

/** All keys, without the project's prefix. */
export const KEYS = { ...STACK, ...IMAGES, ...MLFLOW, ...ARGO, ...TRAINING, ...APPLICATION } as const;

/** The name of a key. */
export type KeyName = keyof typeof KEYS;

/** What each key's value is once read. */
export type Values = {
  readonly [Name in KeyName]: (typeof KEYS)[Name] extends Key<infer T> ? T : never;
};

/** The settings of a kind of stack: the values of the keys that it uses, those of secret keys encrypted. */
export type Settings<S extends Scope> = {
  readonly [
    Name in KeyName as S extends (typeof KEYS)[Name]["scopes"][number] ? Name : never
  ]: (typeof KEYS)[Name] extends SecretKey<Scope> ? Output<string> | undefined : Values[Name];
};

/** The names of all keys. */
export const KEY_NAMES = Object.keys(KEYS) as readonly KeyName[];

/** The kinds of stack that use a key. */
export function scopesOf(key: KeyName): readonly Scope[] {
  return KEYS[key].scopes;
}

/**
 * Whether a value means that the key is not set. The engine insists on a value for every declared key, so the optional
 * ones are declared with an empty one.
 */
export function isUnset(name: string, value: string): boolean {
  return value === "" && Object.hasOwn(KEYS, name) && KEYS[name as KeyName].default === undefined;
}
