/** What is tried of the API server with a student's kubeconfig. */
import { BUILDKIT } from "../../../../components/builder";
import type { LabOutputs } from "../../../../stacks";
import { restrictedPod } from "../../pods/pods-for-admission";
import {
  byKubeconfig,
  core,
  create,
  DRY_RUN,
  get,
  patch,
  post,
  remove,
  submit,
  tokenOf,
} from "./api-requests";
import { QUOTA } from "./quota-tries";
import type { Student } from "../students/student";
import type { Request } from "../../clients/send";
import type { Try, TryMaker } from "./try";

/** An object that there is not: what is allowed to change it hears that, who is not is refused before. */
const NONE = "verify-isolation-none";
const WORKFLOWS = "/apis/argoproj.io/v1alpha1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

const templatesOf = (namespace: string): string => `${WORKFLOWS}/namespaces/${namespace}/workflowtemplates`;
const deploymentsOf = (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** Makes tries of one student's kubeconfig. */
type Maker = TryMaker<Request>;

/** Real requests, since only they show what a token can do; they change nothing. */
export function apiTries(own: Student, other: Student): Try[] {
  const maker = byKubeconfig(own.name);
  return [
    ...ownWork(own, maker),
    ...ownLimits(own, maker),
    ...theOthers(other, maker),
    ...cluster(other, maker),
  ];
}

/** What a student works with. */
function ownWork({ outputs, mlflowPod, services }: Student, { reached }: Maker): Try[] {
  const { namespace } = outputs;
  const staging = outputs.staging.namespace;
  const workflows = `${WORKFLOWS}/namespaces/${namespace}/workflows`;
  const pods = core(namespace, "pods");
  return [
    reached("to list the own runs", get(workflows)),
    reached("to watch them", get(`${workflows}?watch=1&timeoutSeconds=1`)),
    reached("to submit one", submit(workflows, outputs.workflowTemplates.train)),
    reached("to stop one", patch(`${workflows}/${NONE}`), [404]),
    // Without a body that the API server could take for an update: it looks at that only after the rights.
    reached(
      "to retry one",
      { method: "PUT", path: `${workflows}/${NONE}?${DRY_RUN}`, body: {} },
      [400, 404, 422],
    ),
    reached("to remove the pods of one for that", remove(`${pods}/${NONE}`), [404]),
    reached("to read the own templates", get(templatesOf(namespace))),
    reached("to list the own pods", get(pods)),
    reached("to read the log of one", get(`${pods}/${mlflowPod}/log?tailLines=1`)),
    // Allowed, but no request to change the protocol.
    reached("to forward a port of one", post(`${pods}/${mlflowPod}/portforward`), [400]),
    reached(`to find the Service of ${services.mlflow.what}`, get(core(namespace, "services/mlflow"))),
    reached("to list the own pods in staging", get(core(staging, "pods"))),
  ];
}

/** What a student may not do even at home. */
function ownLimits({ outputs, mlflowPod, secret }: Student, maker: Maker): Try[] {
  const { refused } = maker;
  const { namespace, trainingImage } = outputs;
  const pods = core(namespace, "pods");
  const role = { metadata: { name: NONE }, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
  return [
    refused("to list the own Secrets", get(core(namespace, "secrets"))),
    refused(`to read the own Secret ${secret}`, get(core(namespace, `secrets/${secret}`))),
    refused("to read the own ConfigMaps", get(core(namespace, "configmaps"))),
    refused("to create a pod", create(pods, restrictedPod(trainingImage.reference))),
    refused("to run a command in a pod", post(`${pods}/${mlflowPod}/exec?command=id`)),
    refused("to make a token of an account", tokenOf(namespace, "deploy-staging")),
    refused("to create a Role", create(`${RBAC}/namespaces/${namespace}/roles`, role)),
    refused("to remove a network policy", {
      method: "DELETE",
      path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/default-deny?${DRY_RUN}`,
    }),
    refused("to raise a quota", patch(core(namespace, `resourcequotas/${QUOTA}`))),
    refused("to change a template", patch(`${templatesOf(namespace)}/${NONE}`)),
    refused(
      "to change the Deployment in staging",
      patch(`${deploymentsOf(outputs.staging.namespace)}/${outputs.staging.deployment}`),
    ),
    ...builderOf("the own", outputs, maker),
  ];
}

/** Everything of the other student. */
function theOthers({ name, outputs, mlflowPod, secret }: Student, maker: Maker): Try[] {
  const { namespace } = outputs;
  const staging = outputs.staging.namespace;
  const workflows = `${WORKFLOWS}/namespaces/${namespace}/workflows`;
  const pods = core(namespace, "pods");
  const whose = `${name}'s`;
  const { refused } = maker;
  return [
    refused(`to list ${whose} pods`, get(pods)),
    refused(`to read ${whose} pod ${mlflowPod}`, get(`${pods}/${mlflowPod}`)),
    refused("to read its log", get(`${pods}/${mlflowPod}/log?tailLines=1`)),
    refused("to forward a port of it", post(`${pods}/${mlflowPod}/portforward`)),
    refused("to remove it", remove(`${pods}/${mlflowPod}`)),
    refused(`to list ${whose} Secrets`, get(core(namespace, "secrets"))),
    refused(`to read ${whose} Secret ${secret}`, get(core(namespace, `secrets/${secret}`))),
    refused(`to make a token of ${whose}`, tokenOf(namespace, "student")),
    refused(`to list ${whose} runs`, get(workflows)),
    refused("to watch them", get(`${workflows}?watch=1&timeoutSeconds=1`)),
    refused("to submit one there", submit(workflows, outputs.workflowTemplates.train)),
    refused("to stop one", patch(`${workflows}/${NONE}`)),
    refused(`to read ${whose} templates`, get(templatesOf(namespace))),
    refused(`to read ${whose} Services`, get(core(namespace, "services"))),
    refused(`to list ${whose} pods in staging`, get(core(staging, "pods"))),
    refused(`to read ${whose} Deployments in staging`, get(deploymentsOf(staging))),
    ...builderOf(whose, outputs, maker),
  ];
}

/** BuildKit, which only the pods that build start and stop: what runs there has more rights than a student's pods. */
function builderOf(whose: string, { builder, trainingImage }: LabOutputs, { refused }: Maker): Try[] {
  const { namespace } = builder;
  const deployment = `${deploymentsOf(namespace)}/${BUILDKIT}`;
  return [
    refused(`to list the pods of ${whose} BuildKit`, get(core(namespace, "pods"))),
    refused(`to start ${whose} BuildKit`, patch(`${deployment}/scale`)),
    refused(`to change ${whose} BuildKit`, patch(deployment)),
    refused(
      `to create a pod beside ${whose} BuildKit`,
      create(core(namespace, "pods"), restrictedPod(trainingImage.reference)),
    ),
  ];
}

/** Everything that is nobody's. */
function cluster(other: Student, { refused }: Maker): Try[] {
  const admin = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
  const impersonated = `system:serviceaccount:${other.outputs.namespace}:student`;
  return [
    refused("to list the namespaces", get("/api/v1/namespaces")),
    refused("to list the nodes", get("/api/v1/nodes")),
    refused("to list everyone's pods", get("/api/v1/pods")),
    refused("to list everyone's Secrets", get("/api/v1/secrets")),
    refused("to list everyone's runs", get(`${WORKFLOWS}/workflows`)),
    refused("to list the Secrets of kube-system", get(core("kube-system", "secrets"))),
    refused("to create a ClusterRole", create(`${RBAC}/clusterroles`, { metadata: { name: NONE }, rules })),
    refused(
      "to become an administrator",
      create(`${RBAC}/clusterrolebindings`, { metadata: { name: NONE }, roleRef: admin, subjects: [] }),
    ),
    refused(`to act as ${other.name}`, {
      ...get(core(other.outputs.namespace, "pods")),
      headers: { "impersonate-user": impersonated },
    }),
  ];
}
