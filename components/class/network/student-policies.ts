/** Who may talk to whom in the namespaces of a student, as data. */
import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { GIT_SERVER_NAME, GIT_SERVER_PORT } from "../../app-repository";
import {
  anywhere,
  apiServer,
  BUILD_ROLE,
  type EgressRule,
  type IngressRule,
  labelsOf,
  byLabels,
  inNamespace,
  NAME_SERVERS,
  tcp,
} from "../../kubernetes";
import { MLFLOW_NAME, MLFLOW_PORT, POSTGRES_NAME, POSTGRES_PORT } from "../../mlflow";
import { STAGING_DEPLOYMENT, APP_PORT } from "../../staging";

/** Pods elsewhere in the cluster, and their port. */
interface Pods {
  readonly namespace: Input<string>;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
}

export interface StudentPoliciesArgs {
  /** Namespace of MLflow, the workflows and the training runs. */
  readonly namespace: Input<string>;
  /** Namespace of the application in staging. */
  readonly stagingNamespace: Input<string>;
  /** The pods of BuildKit. */
  readonly builder: Pods;
  /** The pods of Argo's server, which is told of pushes. */
  readonly argoServer: Pods;
  /**
   * Where the cluster's API server is, as CIDRs: the addresses of its endpoints and that of the Service `kubernetes`.
   * Where none is given, workflow pods may use the API server's ports at any address.
   */
  readonly apiServerAddresses: readonly string[];
  /** TCP ports of the API server: that of the Service `kubernetes`, and those of its endpoints. */
  readonly apiServerPorts: readonly number[];
  /** Address of an application repository that exists already. @default undefined: the lab's own git server */
  readonly externalRepository: string | undefined;
  /** TCP ports of a registry that exists already, and of what gives out its tokens. None where it is the lab's own. */
  readonly externalRegistryPorts: readonly number[];
  /** TCP port of MLflow's database, where that exists already. */
  readonly externalDatabasePort: Input<number> | undefined;
  /** TCP port of S3, where MLflow keeps artifacts there. */
  readonly s3Port: number | undefined;
}

/** Argo puts it on the pods of workflows and on no others; its value is the workflow's name. */
const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";
const WORKFLOW_PODS = { matchExpressions: [{ key: WORKFLOW_LABEL, operator: "Exists" }] };

const MLFLOW = labelsOf(MLFLOW_NAME);
const POSTGRES = labelsOf(POSTGRES_NAME);
const GIT_SERVER = labelsOf(GIT_SERVER_NAME);
const APPLICATION = labelsOf(STAGING_DEPLOYMENT);

/** A policy, and where it is. What it leaves out, way in or way out, it says nothing about. */
export interface StudentPolicy {
  readonly name: string;
  readonly place: "platform" | "staging";
  readonly pods: types.input.meta.v1.LabelSelector;
  /** Who may come, and to which ports. */
  readonly ingress?: IngressRule[];
  /** Where the pods may go. */
  readonly egress?: EgressRule[];
}

/** The policies of a student's namespaces: nothing passes, and then each way that the lab needs. */
export function studentPolicies(args: StudentPoliciesArgs): StudentPolicy[] {
  const fromWorkflows = (port: number): IngressRule => ({
    from: [{ podSelector: WORKFLOW_PODS }],
    ports: tcp(port),
  });
  const deny = { name: "default-deny", pods: {}, ingress: [], egress: [] };
  return [
    { place: "platform", ...deny },
    { place: "platform", name: "workflow-pods", pods: WORKFLOW_PODS, egress: workflowEgress(args) },
    {
      place: "platform",
      name: "build-pods",
      pods: { ...WORKFLOW_PODS, matchLabels: BUILD_ROLE },
      egress: buildEgress(args),
    },
    {
      place: "platform",
      name: MLFLOW_NAME,
      pods: { matchLabels: MLFLOW },
      ingress: [fromWorkflows(MLFLOW_PORT)],
      egress: mlflowEgress(args),
    },
    ...postgresPolicy(args),
    ...gitServerPolicy(args, fromWorkflows(GIT_SERVER_PORT)),
    // The application opens no connections, not even to a name server: what a student has built into it cannot leave.
    { place: "staging", ...deny },
    {
      place: "staging",
      name: "application",
      pods: { matchLabels: APPLICATION },
      // The pipeline tests what it has deployed: the pod itself, and then the Service.
      ingress: [
        { from: [{ ...inNamespace(args.namespace), podSelector: WORKFLOW_PODS }], ports: tcp(APP_PORT) },
      ],
    },
  ];
}

/** Its database is for MLflow alone. */
export function postgresPolicy({
  externalDatabasePort,
}: Pick<StudentPoliciesArgs, "externalDatabasePort">): StudentPolicy[] {
  if (externalDatabasePort !== undefined) return [];
  const ingress = [{ from: [byLabels(MLFLOW)], ports: tcp(POSTGRES_PORT) }];
  return [{ place: "platform", name: POSTGRES_NAME, pods: { matchLabels: POSTGRES }, ingress }];
}

function gitServerPolicy(
  { externalRepository, argoServer }: StudentPoliciesArgs,
  ingress: IngressRule,
): StudentPolicy[] {
  if (externalRepository !== undefined) return [];
  const pods = { matchLabels: GIT_SERVER };
  // Argo's server takes an event only with the signature of the student's own namespace.
  const egress = [NAME_SERVERS, toPods(argoServer)];
  return [{ place: "platform", name: GIT_SERVER_NAME, pods, ingress: [ingress], egress }];
}

/** Where the steps of workflows go, and Argo's own containers beside them. */
function workflowEgress(args: StudentPoliciesArgs): EgressRule[] {
  return [
    NAME_SERVERS,
    apiServer(args.apiServerAddresses, args.apiServerPorts),
    { to: [byLabels(MLFLOW)], ports: tcp(MLFLOW_PORT) },
    args.externalRepository === undefined
      ? { to: [byLabels(GIT_SERVER)], ports: tcp(GIT_SERVER_PORT) }
      : anywhere(tcp(portOf(args.externalRepository))),
    toPods({ namespace: args.stagingNamespace, labels: APPLICATION, port: APP_PORT }),
  ];
}

/**
 * Where the pod that builds goes besides. Only that one: what reaches BuildKit may run programs in it. All of its
 * containers do, those that clone and download included; what they run is in the pipeline's image.
 */
function buildEgress({ builder, externalRegistryPorts: registry }: StudentPoliciesArgs): EgressRule[] {
  return [
    toPods(builder),
    // Most registries give out tokens, and it is BuildKit's client that fetches them.
    ...(registry.length === 0 ? [] : [anywhere(tcp(...registry))]),
  ];
}

const toPods = ({ namespace, labels, port }: Pods): EgressRule => ({
  to: [{ ...inNamespace(namespace), ...byLabels(labels) }],
  ports: tcp(port),
});

/** Where MLflow stores its data. */
function mlflowEgress({ externalDatabasePort, s3Port }: StudentPoliciesArgs): EgressRule[] {
  // The addresses of services elsewhere are not known here, and may change.
  const elsewhere = [externalDatabasePort, s3Port].flatMap((port) =>
    port === undefined ? [] : [anywhere([{ protocol: "TCP", port }])],
  );
  const postgres =
    externalDatabasePort !== undefined ? [] : [{ to: [byLabels(POSTGRES)], ports: tcp(POSTGRES_PORT) }];
  return [NAME_SERVERS, ...postgres, ...elsewhere];
}

/** The port of an http or https address. */
export function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
