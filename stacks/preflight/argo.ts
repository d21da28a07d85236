import type { V1ConfigMap } from "@kubernetes/client-node";
import { parse } from "yaml";
import { ARGO_KINDS, definitionName, CONFIG_MAP_NAME } from "../../components/argo";
import { type Inspection, refused, warned } from "./finding";
import { setCommand } from "../../config";

const NEEDED = ["Workflow", "WorkflowTemplate", "CronWorkflow", "WorkflowTaskResult"];

/** Whether a stack that relies on an existing Argo finds one that can run its workflows. */
export const existingArgo: Inspection = async ({ config, cluster }) => {
  if (config.scope === "student" || config.argo === "install") return [];
  const { argoNamespace: namespace } = config;
  const names = ARGO_KINDS.filter(({ kind }) => NEEDED.includes(kind)).map(definitionName);
  const found = await Promise.all(
    names.map((name) =>
      cluster.read({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name }),
    ),
  );
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    const problem = `gourmetgram:argo is existing, but the cluster has no CustomResourceDefinition ${missing.join(", ")}`;
    return [refused(problem, setCommand("argo", "install"))];
  }
  const name = { apiVersion: "v1", kind: "ConfigMap", namespace, name: CONFIG_MAP_NAME };
  const configuration = await cluster.read<V1ConfigMap>(name);
  if (configuration === undefined) {
    const problem = `gourmetgram:argoNamespace is ${namespace}, where no ConfigMap ${CONFIG_MAP_NAME} of Argo's controller can be seen`;
    return [warned(problem, setCommand("argoNamespace", "NAMESPACE"))];
  }
  return isRestricted(configuration)
    ? []
    : [
        refused(
          `Argo's controller in ${namespace} gives its executor no security context (executor.securityContext), so the lab's namespaces refuse the pods of every run`,
          `kubectl edit configmap -n ${namespace} ${CONFIG_MAP_NAME}   (no escalation, all capabilities dropped, not root), then restart the controller`,
        ),
      ];
};

/** Whether the executor keeps to the Pod Security level `restricted`. */
function isRestricted({ data = {} }: V1ConfigMap): boolean {
  const whole = settings(data["config"]);
  const executor = whole["executor"] ?? settings(data["executor"]);
  const context = (executor as { securityContext?: { allowPrivilegeEscalation?: unknown } }).securityContext;
  return context?.allowPrivilegeEscalation === false;
}

function settings(text = "{}"): Record<string, unknown> {
  try {
    return (parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
