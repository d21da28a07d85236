import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ARGO_USER } from "./argo-controller-config";
import { CONFIG_MAP_NAME, READ_CONFIGURATION } from "./argo-rights";
import type { ServedNamespaces } from "../class";
import {
  grant,
  labelsOf,
  LOCKED_DOWN_CONTAINER,
  RBAC_GROUP,
  type Rule,
  unprivilegedPod,
} from "../kubernetes";

export interface ArgoProgramArgs {
  /** Name of the program, of its account and of its Deployment: `kubectl logs deployment/workflow-controller`. */
  readonly program: "workflow-controller" | "argo-server";
  /** Namespace in which it runs. */
  readonly namespace: pulumi.Input<string>;
  /** The namespaces that it looks at. */
  readonly managed: ServedNamespaces;
  /** Its rights there. */
  readonly rules: readonly Rule[];
  /** Text of its configuration. */
  readonly configuration: string;
  /** What it runs, without the security context. */
  readonly container: Omit<k8s.types.input.core.v1.Container, "name" | "securityContext" | "volumeMounts">;
}

/** One of Argo's own programs: an account with its rights, and a Deployment of one pod. */
export class ArgoProgram extends pulumi.ComponentResource {
  /** Ready when the program answers. */
  public readonly deployment: k8s.apps.v1.Deployment;

  /** `dependsOn` is passed on to the Deployment: what must exist when the program starts. */
  constructor(name: string, args: ArgoProgramArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("gourmetgram:index:ArgoProgram", name, {}, opts);

    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      {
        metadata: { name: args.program, namespace: args.namespace },
        // The pod mounts the token itself.
        automountServiceAccountToken: false,
      },
      { parent: this },
    );
    const granted = (child: string, namespace: pulumi.Input<string>, rules: readonly Rule[]) =>
      grant(
        child,
        { name: account.metadata.name, namespace, rules, subject: subjectOf(account) },
        { parent: this },
      );
    const rights = [
      granted(`${name}-configuration`, args.namespace, [READ_CONFIGURATION]),
      args.managed === "students"
        ? this.grantEverywhere(name, account, args)
        : granted(`${name}-workflows`, args.managed.namespace, args.rules),
    ];
    const labels = labelsOf(args.program);
    // Read once, at the start: a change of it has to change the pod.
    const annotations = { [`gourmetgram.dev/${CONFIG_MAP_NAME}`]: sha256(args.configuration) };
    this.deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: { name: args.program, namespace: args.namespace, labels },
        spec: {
          replicas: 1,
          // Without an election, two controllers at a time would both execute each workflow.
          strategy: { type: "Recreate" },
          selector: { matchLabels: labels },
          template: { metadata: { labels, annotations }, spec: podSpec(args, account.metadata.name) },
        },
      },
      pulumi.mergeOptions(
        { parent: this, dependsOn: rights },
        opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn },
      ),
    );

    this.registerOutputs({ deployment: this.deployment });
  }

  /**
   * A program that serves many namespaces keeps lists of all of them together, so those may be read everywhere. What
   * changes or reads a single object may be done only where a student's stack binds the other role: see
   * {@link argoAccess}.
   */
  private grantEverywhere(
    name: string,
    account: k8s.core.v1.ServiceAccount,
    { program, rules }: ArgoProgramArgs,
  ): k8s.rbac.v1.ClusterRoleBinding {
    const { lists, acts } = divided(rules);
    if (acts.length > 0) {
      new k8s.rbac.v1.ClusterRole(
        `${name}-acting`,
        { metadata: { name: actingRole(program) }, rules: acts },
        { parent: this },
      );
    }
    const metadata = { name: listingRole(program) };
    const role = new k8s.rbac.v1.ClusterRole(`${name}-listing`, { metadata, rules: lists }, { parent: this });
    return new k8s.rbac.v1.ClusterRoleBinding(
      `${name}-listing-binding`,
      {
        metadata,
        roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: role.metadata.name },
        subjects: [subjectOf(account)],
      },
      { parent: this },
    );
  }
}

/** Name of the role that a program has in a student's namespace. */
export function actingRole(program: ArgoProgramArgs["program"]): string {
  return `gourmetgram-${program}`;
}

/** Name of the role, and of its binding, with which a program keeps lists of all namespaces. */
export function listingRole(program: ArgoProgramArgs["program"]): string {
  return `gourmetgram-${program}-lists`;
}

/** Divides rules into those for lists, which span namespaces, and those for single objects. */
export function divided(rules: readonly Rule[]): { lists: Rule[]; acts: Rule[] } {
  const having = (keep: (verb: string) => boolean): Rule[] =>
    rules
      .map((rule) => ({ ...rule, verbs: rule.verbs.filter(keep) }))
      .filter(({ verbs }) => verbs.length > 0);
  const isList = (verb: string): boolean => verb === "list" || verb === "watch";
  return { lists: having(isList), acts: having((verb) => !isList(verb)) };
}

function subjectOf({ metadata }: k8s.core.v1.ServiceAccount): k8s.types.input.rbac.v1.Subject {
  return { kind: "ServiceAccount", name: metadata.name, namespace: metadata.namespace };
}

function podSpec(
  args: ArgoProgramArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName,
    automountServiceAccountToken: true,
    // Variables for the Service argo-server would stand among the settings, which are called `ARGO_*` too.
    enableServiceLinks: false,
    nodeSelector: { "kubernetes.io/os": "linux" },
    securityContext: unprivilegedPod(ARGO_USER),
    containers: [
      {
        name: args.program,
        ...args.container,
        securityContext: LOCKED_DOWN_CONTAINER,
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "64Mi" } }],
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
