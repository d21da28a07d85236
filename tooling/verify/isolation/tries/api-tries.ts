/** What is tried of the API server with a student's kubeconfig. */
import { BUILDKIT } from "../../../../components/builder";
import type { LabOutputs } from "../../../../stacks";
import { restrictedPod } from "../../pods/pods-for-admission";
import { core, create, DRY_RUN, get, patch, post, remove, submit, tokenOf } from "./api-requests";
import { QUOTA } from "./quota-tries";
import type { Student } from "../students/student";
import type { Outcome, Request, Try } from "./try";

/** An object that there is not: what is allowed to change it hears that, who is not is refused before. */
const NONE = "verify-isolation-none";
const WORKFLOWS = "/apis/argoproj.io/v1alpha1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** What a request is for, and what it has to come to. */
type Ask = (expected: Outcome, what: string, request: Request, also?: readonly number[]) => Try;

/** Real requests, since only they show what a token can do; they change nothing. */
export function apiTries(own: Student, other: Student): Try[] {
  const ask: Ask = (expected, what, request, also) => ({
    who: `${own.name}'s kubeconfig`,
    what,
    expected,
    means: { kind: "api", ...request },
    ...(also === undefined ? {} : { also }),
  });
  return [...ownWork(own, ask), ...ownLimits(own, ask), ...theOthers(other, ask), ...cluster(other, ask)];
}

/** What a student works with. */
function ownWork({ outputs, mlflowPod, services }: Student, ask: Ask): Try[] {
  const { namespace } = outputs;
  const staging = outputs.staging.namespace;
  const workflows = `${WORKFLOWS}/namespaces/${namespace}/workflows`;
  const pods = core(namespace, "pods");
  return [
    ask("reached", "to list the own runs", get(workflows)),
    ask("reached", "to watch them", get(`${workflows}?watch=1&timeoutSeconds=1`)),
    ask("reached", "to submit one", submit(workflows, outputs.workflowTemplates.train)),
    ask("reached", "to stop one", patch(`${workflows}/${NONE}`), [404]),
    // Without a body that the API server could take for an update: it looks at that only after the rights.
    ask(
      "reached",
      "to retry one",
      { method: "PUT", path: `${workflows}/${NONE}?${DRY_RUN}`, body: {} },
      [400, 404, 422],
    ),
    ask("reached", "to remove the pods of one for that", remove(`${pods}/${NONE}`), [404]),
    ask(
      "reached",
      "to read the own templates",
      get(`${WORKFLOWS}/namespaces/${namespace}/workflowtemplates`),
    ),
    ask("reached", "to list the own pods", get(pods)),
    ask("reached", "to read the log of one", get(`${pods}/${mlflowPod}/log?tailLines=1`)),
    // Allowed, but no request to change the protocol.
    ask("reached", "to forward a port of one", post(`${pods}/${mlflowPod}/portforward`), [400]),
    ask("reached", `to find the Service of ${services.mlflow.what}`, get(core(namespace, "services/mlflow"))),
    ask("reached", "to list the own pods in staging", get(core(staging, "pods"))),
  ];
}

/** What a student may not do even at home. */
function ownLimits({ outputs, mlflowPod, secret }: Student, ask: Ask): Try[] {
  const { namespace, trainingImage } = outputs;
  const pods = core(namespace, "pods");
  const role = { metadata: { name: NONE }, rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] };
  return [
    ask("refused", "to list the own Secrets", get(core(namespace, "secrets"))),
    ask("refused", `to read the own Secret ${secret}`, get(core(namespace, `secrets/${secret}`))),
    ask("refused", "to read the own ConfigMaps", get(core(namespace, "configmaps"))),
    ask("refused", "to create a pod", create(pods, restrictedPod(trainingImage.reference))),
    ask("refused", "to run a command in a pod", post(`${pods}/${mlflowPod}/exec?command=id`)),
    ask("refused", "to make a token of an account", tokenOf(namespace, "deploy-staging")),
    ask("refused", "to create a Role", create(`${RBAC}/namespaces/${namespace}/roles`, role)),
    ask("refused", "to remove a network policy", {
      method: "DELETE",
      path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/default-deny?${DRY_RUN}`,
    }),
    ask("refused", "to raise a quota", patch(core(namespace, `resourcequotas/${QUOTA}`))),
    ask(
      "refused",
      "to change a template",
      patch(`${WORKFLOWS}/namespaces/${namespace}/workflowtemplates/${NONE}`),
    ),
    ask(
      "refused",
      "to change the Deployment in staging",
      patch(
        `/apis/apps/v1/namespaces/${outputs.staging.namespace}/deployments/${outputs.staging.deployment}`,
      ),
    ),
    ...builderOf("the own", outputs, ask),
  ];
}

/** Everything of the other student. */
function theOthers({ name, outputs, mlflowPod, secret }: Student, ask: Ask): Try[] {
  const { namespace } = outputs;
  const staging = outputs.staging.namespace;
  const workflows = `${WORKFLOWS}/namespaces/${namespace}/workflows`;
  const pods = core(namespace, "pods");
  const whose = `${name}'s`;
  return [
    ask("refused", `to list ${whose} pods`, get(pods)),
    ask("refused", `to read ${whose} pod ${mlflowPod}`, get(`${pods}/${mlflowPod}`)),
    ask("refused", "to read its log", get(`${pods}/${mlflowPod}/log?tailLines=1`)),
    ask("refused", "to forward a port of it", post(`${pods}/${mlflowPod}/portforward`)),
    ask("refused", "to remove it", remove(`${pods}/${mlflowPod}`)),
    ask("refused", `to list ${whose} Secrets`, get(core(namespace, "secrets"))),
    ask("refused", `to read ${whose} Secret ${secret}`, get(core(namespace, `secrets/${secret}`))),
    ask("refused", `to make a token of ${whose}`, tokenOf(namespace, "student")),
    ask("refused", `to list ${whose} runs`, get(workflows)),
    ask("refused", "to watch them", get(`${workflows}?watch=1&timeoutSeconds=1`)),
    ask("refused", "to submit one there", submit(workflows, outputs.workflowTemplates.train)),
    ask("refused", "to stop one", patch(`${workflows}/${NONE}`)),
    ask(
      "refused",
      `to read ${whose} templates`,
      get(`${WORKFLOWS}/namespaces/${namespace}/workflowtemplates`),
    ),
    ask("refused", `to read ${whose} Services`, get(core(namespace, "services"))),
    ask("refused", `to list ${whose} pods in staging`, get(core(staging, "pods"))),
    ask(
      "refused",
      `to read ${whose} Deployments in staging`,
      get(`/apis/apps/v1/namespaces/${staging}/deployments`),
    ),
    ...builderOf(whose, outputs, ask),
  ];
}

/** BuildKit, which only the pods that build start and stop: what runs there has more rights than a student's pods. */
function builderOf(whose: string, { builder, trainingImage }: LabOutputs, ask: Ask): Try[] {
  const { namespace } = builder;
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${BUILDKIT}`;
  return [
    ask("refused", `to list the pods of ${whose} BuildKit`, get(core(namespace, "pods"))),
    ask("refused", `to start ${whose} BuildKit`, patch(`${deployment}/scale`)),
    ask("refused", `to change ${whose} BuildKit`, patch(deployment)),
    ask(
      "refused",
      `to create a pod beside ${whose} BuildKit`,
      create(core(namespace, "pods"), restrictedPod(trainingImage.reference)),
    ),
  ];
}

/** Everything that is nobody's. */
function cluster(other: Student, ask: Ask): Try[] {
  const admin = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
  const impersonated = `system:serviceaccount:${other.outputs.namespace}:student`;
  return [
    ask("refused", "to list the namespaces", get("/api/v1/namespaces")),
    ask("refused", "to list the nodes", get("/api/v1/nodes")),
    ask("refused", "to list everyone's pods", get("/api/v1/pods")),
    ask("refused", "to list everyone's Secrets", get("/api/v1/secrets")),
    ask("refused", "to list everyone's runs", get(`${WORKFLOWS}/workflows`)),
    ask("refused", "to list the Secrets of kube-system", get(core("kube-system", "secrets"))),
    ask(
      "refused",
      "to create a ClusterRole",
      create(`${RBAC}/clusterroles`, { metadata: { name: NONE }, rules }),
    ),
    ask(
      "refused",
      "to become an administrator",
      create(`${RBAC}/clusterrolebindings`, { metadata: { name: NONE }, roleRef: admin, subjects: [] }),
    ),
    ask("refused", `to act as ${other.name}`, {
      ...get(core(other.outputs.namespace, "pods")),
      headers: { "impersonate-user": impersonated },
    }),
  ];
}
