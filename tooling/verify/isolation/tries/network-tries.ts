/** What is tried from the pods of a student. */
import { type Service, servicesOf, type Shared, type Student } from "../students/student";
import { type NetworkPlace, type Outcome, type PodRole, triesOf, type Try, type TryMaker } from "./try";

/** Its port on every node. */
const KUBELET = 10250;

const WORDS: Readonly<Record<PodRole, string>> = {
  build: "step that builds",
  step: "step of a workflow",
  application: "application in staging",
};

/** One end of a connection, with what it is. */
export interface Place extends NetworkPlace {
  readonly what: string;
}

/**
 * From each kind of pod: everything of the other student's, by name and by each of its addresses, and that what the
 * lab needs is reached. The other student's pods are known to answer because their owner's own pods reach them in turn;
 * the database, because MLflow answers from it.
 */
export function networkTries(own: Student, other: Student, shared: Shared): Try[] {
  return [
    ...fromBuild(own, other, shared),
    ...apiFromBuild(own, other),
    ...fromStep(own),
    ...fromApplication(own, other, shared),
  ];
}

function fromBuild(own: Student, other: Student, { registry, node }: Shared): Try[] {
  const { mlflow, git, application, postgres } = own.services;
  const url = `${own.outputs.mlflowUrl}/api/2.0/mlflow/experiments/search?max_results=1`;
  const reached = [
    ...present(mlflow, git, application).map((service) => named("the own", service)),
    named("the own", own.builder),
  ];
  const refused = [
    ...[...servicesOf(other), other.builder].flatMap((service) => anyway(`${other.name}'s`, service)),
    ...present(postgres).flatMap((service) => anyway("the own", service)),
    ...(registry === undefined ? [] : [{ ...registry, what: "the registry" }]),
    { what: "the kubelet of a node", host: node, port: KUBELET },
  ];
  return [
    ...reached.map((place) => connect(own, "build", "reached", place)),
    asking(own).reached("the own MLflow, which asks its database", url),
    ...refused.map((place) => connect(own, "build", "refused", place)),
  ];
}

/** With the token of the account under which a step changes the Deployment in staging. */
function apiFromBuild(own: Student, other: Student): Try[] {
  const api = "https://kubernetes.default.svc";
  const deployment = ({ outputs: { staging } }: Student): string =>
    `${api}/apis/apps/v1/namespaces/${staging.namespace}/deployments/${staging.deployment}`;
  const secrets = ({ outputs }: Student): string => `${api}/api/v1/namespaces/${outputs.namespace}/secrets`;
  const pods = `${api}/api/v1/namespaces/${other.outputs.staging.namespace}/pods`;
  const { reached, refused } = asking(own, ", of the API server");
  return [
    reached("the own Deployment in staging", deployment(own)),
    refused("the own Secrets", secrets(own)),
    refused(`${other.name}'s Deployment in staging`, deployment(other)),
    refused(`${other.name}'s Secrets`, secrets(other)),
    refused(`${other.name}'s pods in staging`, pods),
    refused("the namespaces of the cluster", `${api}/api/v1/namespaces`),
  ];
}

/** Without the label of a step that builds. */
function fromStep(own: Student): Try[] {
  return [
    connect(own, "step", "reached", named("the own", own.services.mlflow)),
    ...anyway("the own", own.builder).map((place) => connect(own, "step", "refused", place)),
  ];
}

/** By addresses: the application reaches no name server either. */
function fromApplication(own: Student, other: Student, { apiServer }: Shared): Try[] {
  const { mlflow, postgres, git } = own.services;
  return [
    ...present(mlflow, postgres, git, own.builder).flatMap((service) => addressed("the own", service)),
    ...[...servicesOf(other), other.builder].flatMap((service) => addressed(`${other.name}'s`, service)),
    { what: "the API server", host: apiServer, port: 443 },
  ].map((place) => connect(own, "application", "refused", place));
}

/** Those that there are. */
export function present(...services: readonly (Service | undefined)[]): Service[] {
  return services.filter((service) => service !== undefined);
}

function named(whose: string, { what, host, port }: Service): Place {
  return { what: `${whose} ${what} by name`, host, port };
}

function addressed(whose: string, { what, addresses, port }: Service): Place[] {
  return addresses.map((host) => ({ what: `${whose} ${what} at ${host}`, host, port }));
}

/** By name, and by each address. */
export function anyway(whose: string, service: Service): Place[] {
  return [named(whose, service), ...addressed(whose, service)];
}

export function connect(student: Student, from: PodRole, expected: Outcome, place: Place): Try {
  const { what, host, port } = place;
  return { who: podOf(student, from), what, expected, means: { kind: "connect", from, host, port } };
}

const asking = (student: Student, end?: string): TryMaker<string> =>
  triesOf(podOf(student, "build"), (url) => ({ kind: "ask", from: "build", url }), { end });

/** As the report calls a pod of a student's. */
export const podOf = ({ name }: Student, role: PodRole): string => `${name}'s ${WORDS[role]}`;
