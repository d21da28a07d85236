/** Argo Workflows: its controller, server, CRDs, rights, and who may send it events from outside. */
export { argoAccess } from "./argo-access";
export { ARGO_RESOURCES, SERVER_PORT } from "./argo-containers";
export { EXECUTOR_RESOURCES, MAIN_CONTAINER_RESOURCES } from "./argo-controller-config";
export { ARGO_KINDS, definitionName } from "./argo-crds";
export { actingRole, listingRole } from "./argo-program";
export { CONFIG_MAP_NAME, tokenSecretOf, WEBHOOK_CLIENTS } from "./argo-rights";
export { PUSH_EVENT, TRIGGER_LABEL, eventsAddress } from "./events/events";
export { EventSender, type EventSenderArgs } from "./events/event-sender";
export { MODEL_VERSION_LABEL, type RunPages, SCENARIO_LABEL, TRAINING_LABEL } from "./run-links";
export { ARGO_SERVER, ArgoWorkflows, argoServerInside } from "./argo-workflows";
export {
  type BuildDeadlines,
  type Deadlines,
  RETRY_INFRASTRUCTURE,
  STEP_CONTAINER,
  deadlines,
  lifeCycle,
} from "./workflow-policy";
