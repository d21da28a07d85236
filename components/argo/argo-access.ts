import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { actingRole } from "./argo-program";

/** Arguments of {@link ArgoAccess}. */
export interface ArgoAccessArgs {
  /** Namespace in which workflows are to be carried out. */
  readonly namespace: pulumi.Input<string>;
  /** Namespace of Argo's own programs. */
  readonly argoNamespace: pulumi.Input<string>;
}

/** Lets the Argo Workflows of a class carry out workflows in a student's namespace. */
export class ArgoAccess extends pulumi.ComponentResource {
  /** What has to be there before a workflow can be carried out. */
  public readonly ready: pulumi.Resource[];

  constructor(name: string, args: ArgoAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:ArgoAccess", name, {}, opts);
    const program = "workflow-controller";
    this.ready = [
      new k8s.rbac.v1.RoleBinding(
        `${name}-binding`,
        {
          metadata: { name: program, namespace: args.namespace },
          roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: "ClusterRole",
            name: actingRole(program),
          },
          subjects: [{ kind: "ServiceAccount", name: program, namespace: args.argoNamespace }],
        },
        { parent: this },
      ),
    ];
    this.registerOutputs({});
  }
}
