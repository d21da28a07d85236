import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { hostInUrl, labelsOf, RestrictedNamespace, serviceHost } from "../kubernetes";
import { SERVER_PORT, controllerContainer, serverContainer } from "./argo-containers";
import { controllerConfiguration, type ControllerConfigurationArgs } from "./argo-controller-config";
import { ARGO_KINDS, definitionOf } from "./argo-crds";
import { ArgoProgram } from "./argo-program";
import { CONFIG_MAP_NAME, CONTROLLER_RULES, SERVER_RULES } from "./argo-rights";
import type { ServedNamespaces } from "../class";

/** The images of Argo Workflows 3.7. */
export interface ArgoImages {
  /** Carries out the workflows. */
  readonly controller: pulumi.Input<string>;
  /** Runs beside every step and reports its outputs. */
  readonly executor: pulumi.Input<string>;
  /** Serves the API, and the dashboard where the image has it. */
  readonly server: pulumi.Input<string>;
}

export interface ArgoWorkflowsArgs extends ControllerConfigurationArgs {
  /**
   * `install` for a cluster that has no Argo Workflows. `existing` for one that has: nothing is created, and its
   * controller has to watch the managed namespace and to give its own containers the security context that the level
   * `restricted` requires.
   */
  readonly mode: "install" | "existing";
  /** Namespace of the controller and the server, other than the managed ones. */
  readonly namespace: string;
  /** Namespaces whose workflows are executed and shown. */
  readonly managed: ServedNamespaces;
  readonly images: ArgoImages;
  /** Node port of the server, from 30000 to 32767. */
  readonly serverNodePort: number;
  /** Host name or IP address of a node, as seen from outside the cluster. */
  readonly externalHost: string;
}

/** Name under which every client expects the server. */
export const ARGO_SERVER = "argo-server";

/**
 * Address of the server inside the cluster, over TLS.
 *
 * @param namespace Namespace of Argo's own programs.
 */
export function argoServerInside(namespace: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`https://${serviceHost(ARGO_SERVER, namespace)}:${SERVER_PORT}`;
}

/**
 * Argo Workflows 3.7, for one lab or for a class: its kinds, the controller that carries workflows out, and the server
 * that shows them to people.
 *
 * The kinds belong to the whole cluster. Destroying the stack that installed them deletes every workflow of the
 * cluster, so a cluster that several stacks share has them from elsewhere (`existing`).
 */
export class ArgoWorkflows extends pulumi.ComponentResource {
  /** Address of the server, over TLS: from outside the cluster if it was installed here, else the usual one inside. */
  public readonly serverUrl: pulumi.Output<string>;
  /** What must exist before a WorkflowTemplate can. */
  public readonly ready: pulumi.Resource[];

  constructor(name: string, args: ArgoWorkflowsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:ArgoWorkflows", name, {}, opts);

    if (args.mode === "existing") {
      this.serverUrl = argoServerInside(args.namespace);
      this.ready = [];
    } else {
      this.serverUrl = pulumi.output(`https://${hostInUrl(args.externalHost)}:${args.serverNodePort}`);
      this.ready = this.install(name, args);
    }
    this.registerOutputs({ serverUrl: this.serverUrl });
  }

  private install(name: string, args: ArgoWorkflowsArgs): pulumi.Resource[] {
    const { images, managed } = args;
    const parent = { parent: this };
    const namespace = new RestrictedNamespace(`${name}-namespace`, { name: args.namespace }, parent).name;
    // They belong to the whole cluster: with a kind, the API server deletes every object of it, also those of others.
    const kept = { ...parent, retainOnDelete: true };
    const kinds = ARGO_KINDS.map((kind) => {
      const child = `${name}-crd-${kind.plural}`;
      return new k8s.apiextensions.v1.CustomResourceDefinition(child, definitionOf(kind, managed), kept);
    });
    const configuration = controllerConfiguration(args);
    const configMap = new k8s.core.v1.ConfigMap(
      `${name}-configuration`,
      { metadata: { name: CONFIG_MAP_NAME, namespace }, data: { config: configuration } },
      parent,
    );
    // Both programs look for the kinds and the configuration when they start.
    const program = { namespace, managed, configuration };
    const started = { ...parent, dependsOn: [...kinds, configMap] };
    const controller = new ArgoProgram(
      `${name}-controller`,
      {
        ...program,
        program: "workflow-controller",
        rules: CONTROLLER_RULES,
        container: controllerContainer(images.controller, images.executor, managed),
      },
      started,
    );
    new ArgoProgram(
      `${name}-server`,
      {
        ...program,
        program: ARGO_SERVER,
        rules: SERVER_RULES,
        container: serverContainer(images.server, managed),
      },
      started,
    );
    new k8s.core.v1.Service(
      `${name}-server-service`,
      {
        metadata: { name: ARGO_SERVER, namespace, labels: labelsOf(ARGO_SERVER) },
        spec: {
          type: "NodePort",
          selector: labelsOf(ARGO_SERVER),
          ports: [{ name: "https", port: SERVER_PORT, targetPort: "https", nodePort: args.serverNodePort }],
        },
      },
      parent,
    );
    return [...kinds, controller.deployment];
  }
}
