import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RBAC_GROUP } from "../kubernetes";
import { actingRole } from "./argo-program";

export interface ArgoAccessArgs {
  /** Namespace of the workflows. */
  readonly namespace: pulumi.Input<string>;
  /** Namespace of Argo's own programs. */
  readonly argoNamespace: pulumi.Input<string>;
}

/**
 * Lets the Argo Workflows of a class execute workflows in a student's namespace, and take events for it.
 *
 * @returns what must exist before a workflow can be executed
 */
export function argoAccess(name: string, args: ArgoAccessArgs): pulumi.Resource {
  const parent = new pulumi.ComponentResource("gourmetgram:index:ArgoAccess", name);
  const bind = (child: string, program: "workflow-controller" | "argo-server"): pulumi.Resource =>
    new k8s.rbac.v1.RoleBinding(
      child,
      {
        metadata: { name: program, namespace: args.namespace },
        roleRef: {
          apiGroup: RBAC_GROUP,
          kind: "ClusterRole",
          name: actingRole(program),
        },
        subjects: [{ kind: "ServiceAccount", name: program, namespace: args.argoNamespace }],
      },
      { parent },
    );
  bind(`${name}-server-binding`, "argo-server");
  return bind(`${name}-binding`, "workflow-controller");
}
