/**
 * What Argo's own two programs may do. Each line was read off the code of Argo Workflows 3.7.18 that runs in a
 * namespaced installation; what only other features need is left out, and named at the end.
 */
import { ARGO_GROUP } from "./argo-crds";
import { type Rule, rule } from "../kubernetes";
import { ACCOUNTS } from "../rbac";

/** Name of the controller's configuration; both programs look for it under this name. */
export const CONFIG_MAP_NAME = "workflow-controller-configmap";

/**
 * Both programs read their configuration when they start. Not watched: a change of it changes the pods that read it,
 * so they restart.
 */
export const READ_CONFIGURATION = rule("", "configmaps", "get", CONFIG_MAP_NAME);

/** The controller, in the namespace whose workflows it runs. */
export const CONTROLLER_RULES: readonly Rule[] = [
  // The pods of the steps: created, followed, marked as completed, deleted when their time is up.
  rule("", "pods", "create delete get list patch watch"),
  // Ends the containers of a run that was stopped or is over its deadline: it signals them by a command in the pod.
  rule("", "pods/exec", "create"),
  // Parameters that come from labelled ConfigMaps. The controller does not start until it can list them.
  rule("", "configmaps", "list watch"),
  // Where a run's artifacts would go. The controller looks before every run, and takes "not found" for "nowhere", but
  // "forbidden" for an error.
  rule("", "configmaps", "get", "artifact-repositories"),
  // Volumes that a run brings itself: created with it, and after it freed of their finalizer and deleted.
  rule("", "persistentvolumeclaims", "create delete get update"),
  // What happens to a run and its steps, for `kubectl describe`.
  rule("", "events", "create patch"),
  // Runs: created by schedules, carried on, deleted when their time to live is up.
  rule(ARGO_GROUP, "workflows", "create delete get list patch update watch"),
  // Pods and claims name the run, and runs the schedule, as an owner that waits for them. Clusters that check such
  // references want this right; others ignore it.
  rule(ARGO_GROUP, "workflows/finalizers cronworkflows/finalizers", "update"),
  // What runs and schedules refer to. A schedule's template is read afresh when its time has come.
  rule(ARGO_GROUP, "workflowtemplates", "get list watch"),
  // Schedules, and the time of their last run, which is written into their status.
  rule(ARGO_GROUP, "cronworkflows", "list patch watch"),
  // What pods report; removed when the run has ended.
  rule(ARGO_GROUP, "workflowtaskresults", "deletecollection list watch"),
  // No template of the lab makes such objects, but the controller does not start until it can list them.
  rule(ARGO_GROUP, "workflowartifactgctasks workflowtasksets", "list watch"),
  // Not here: secrets and service accounts (read for images without a command, executors with an account of their own
  // and HTTP templates), disruption budgets, leases (one controller needs no election), namespaces and cluster-wide
  // templates (Argo looks whether it may, and does without).
];

/** Secret of a namespace in which the server looks for who may send events, and with which signature. */
export const WEBHOOK_CLIENTS = "argo-workflows-webhook-clients";

/** Secret in which the server looks for the token of an account that sends events. */
export function tokenSecretOf(account: string): string {
  return `${account}.service-account-token`;
}

/** The server, in the namespace that it shows. Whatever a person does is done with that person's own rights. */
export const SERVER_RULES: readonly Rule[] = [
  // The list of runs is kept in memory; before it is shown, the server asks whether that person may list runs.
  // Templates are kept in memory too, to check what is submitted.
  rule(ARGO_GROUP, "workflows workflowtemplates", "list watch"),
  // An event that is signed brings no token: the server checks the signature, and takes the sender's account and token.
  rule("", "secrets", "get", WEBHOOK_CLIENTS, tokenSecretOf(ACCOUNTS.webhook)),
  rule("", "serviceaccounts", "get", ACCOUNTS.webhook),
];
