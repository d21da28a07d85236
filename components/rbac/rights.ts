import { BUILDKIT } from "../builder";
import { type Rule, rule } from "../kubernetes";
import { STAGING_DEPLOYMENT } from "../staging";

export type { Rule };

/** The namespaces in which accounts have rights. */
export type RightsPlace = "platform" | "staging" | "build";

/** A Role and the one service account that has it. All accounts are in the platform's namespace. */
export interface Right {
  /** Name of the Role and of its binding. */
  readonly role: string;
  readonly serviceAccount: string;
  /** Where the Role is. */
  readonly place: RightsPlace;
  readonly rules: readonly Rule[];
}

const ARGO = "argoproj.io";

/** Every pod of a workflow reports its outputs to the controller in a separate object. */
const REPORT_RESULTS = rule(ARGO, "workflowtaskresults", "create patch");

/**
 * Opens a page of the lab on the user's machine: `kubectl port-forward` reads the Service, finds its pod, and requests a
 * connection. It tries a WebSocket first, which API servers before 1.35 count as `get`, and then by this verb.
 */
const FORWARD_PORTS: readonly Rule[] = [
  rule("", "services", "get"),
  rule("", "pods", "get list"),
  rule("", "pods/portforward", "create"),
];

/**
 * What Argo's command does with runs, by the API server alone: `submit` creates; `list`, `get`, `watch` and `logs` read;
 * `stop` and `terminate` patch; `retry`, `suspend` and `resume` update. `delete` is not among them: runs go by themselves.
 *
 * `create`, `update` and `patch` allow more than they seem to. A run has no status subresource, so who
 * writes one also writes which templates it executes (`status.storedWorkflowTemplateSpec`): the controller's
 * `templateReferencing` keeps honest people from mistakes, and nobody from anything. In a class, admission refuses that
 * (`components/class/admission`). In a lab it does not, and there the namespace is the boundary: its Pod Security level and its
 * accounts' rights bind whatever runs there.
 */
const RUN_WORKFLOWS: readonly Rule[] = [
  rule(ARGO, "workflows", "create get list watch update patch"),
  rule(ARGO, "workflowtemplates cronworkflows", "get list watch"),
  // `retry` removes the pods of the steps that it repeats. Pods of services that go this way come back by themselves.
  rule("", "pods", "get list watch delete"),
  rule("", "pods/log", "get"),
  // Argo's page shows the events of a run, and what starts runs.
  rule("", "events", "get list watch"),
  rule(ARGO, "workfloweventbindings", "get list watch"),
];

/** The service accounts of the lab's roles. Templates and people refer to them by these names. */
export const ACCOUNTS = {
  train: "train-model",
  triggerBuild: "trigger-build",
  build: "build-container-image",
  deployStaging: "deploy-staging",
  webhook: "git-webhook",
  student: "student",
} as const;

/** A role of the lab. */
export type AccountRole = keyof typeof ACCOUNTS;

/**
 * All rights that the lab gives, as data: what the components create, what the stack's output shows and what the
 * acceptance tests ask the cluster about are the same table.
 */
export const RIGHTS: readonly Right[] = [
  own(ACCOUNTS.train, "platform", REPORT_RESULTS),
  own(
    ACCOUNTS.triggerBuild,
    "platform",
    REPORT_RESULTS,
    // Creates the child run, then reads that one object until it has ended. Nothing is listed or watched.
    rule(ARGO, "workflows", "create get"),
  ),
  own(ACCOUNTS.build, "platform", REPORT_RESULTS),
  own(
    ACCOUNTS.build,
    "build",
    // Starts BuildKit and stops it. What its pod is, and with which rights it runs, is nothing that this account changes.
    rule("apps", "deployments/scale", "patch", BUILDKIT),
    // To say why it does not start.
    rule("", "pods", "list"),
  ),
  own(ACCOUNTS.deployStaging, "platform", REPORT_RESULTS),
  own(
    ACCOUNTS.deployStaging,
    "staging",
    rule("apps", "deployments", "get patch", STAGING_DEPLOYMENT),
    // The names of pods are not known beforehand, and a right to list cannot be limited by labels.
    rule("", "pods", "list"),
  ),
  // As this account Argo's server starts what a signed event asks for.
  own(
    ACCOUNTS.webhook,
    "platform",
    rule(ARGO, "workfloweventbindings", "list"),
    rule(ARGO, "workflowtemplates", "get", "train-model"),
    rule(ARGO, "workflows", "create"),
  ),
  { role: "submit-training", serviceAccount: ACCOUNTS.student, place: "platform", rules: RUN_WORKFLOWS },
  { role: "forward-ports", serviceAccount: ACCOUNTS.student, place: "platform", rules: FORWARD_PORTS },
  { role: "forward-ports", serviceAccount: ACCOUNTS.student, place: "staging", rules: FORWARD_PORTS },
];

/** A Role that has the name of its account. */
function own(account: string, place: RightsPlace, ...rules: readonly Rule[]): Right {
  return { role: account, serviceAccount: account, place, rules };
}
