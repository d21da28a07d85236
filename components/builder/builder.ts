import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  anywhere,
  BUILD_ROLE,
  byLabels,
  type EgressRule,
  type IngressRule,
  inNamespace,
  labelsOf,
  NAME_SERVERS,
  serviceHost,
  singleWriterClaim,
  singleWriterDeployment,
  tcp,
} from "../kubernetes";
import { BUILDKIT_PORT, type BuilderMode, builderPod } from "./builder-pod";
import { buildkitConfig } from "./buildkit-config";
import { type ServedNamespaces, STUDENT_LABEL } from "../class";
import { labNamespace } from "../namespace";
import { type RegistryTarget, serverOf } from "../registry";

/** Arguments of {@link Builder}. */
export interface BuilderArgs {
  /** Name of the namespace, a DNS label. */
  readonly namespace: string;
  /** Image of BuildKit, with the commands, the user and the folders of the official rootless one. */
  readonly image: pulumi.Input<string>;
  /**
   * `rootless` creates user namespaces itself. `userns` has Kubernetes create one for the pod, and needs 1.33.
   * `privileged` is for nodes that allow neither: who may build then controls the node.
   */
  readonly mode: BuilderMode;
  /** Size of the cache's volume, as a Kubernetes quantity. */
  readonly cacheStorage: string;
  /** Storage class of the volume. @default the cluster's default class */
  readonly storageClass?: pulumi.Input<string> | undefined;
  /** Namespaces of the pods that build. */
  readonly clients: ServedNamespaces;
  /** Where base images come from and built images go. */
  readonly registry: RegistryTarget;
}

/** Name of the Deployment and its Service. The build's pods contain it, so it is not generated. */
export const BUILDKIT = "buildkitd";

/**
 * BuildKit with a cache that outlives it, in a separate namespace.
 *
 * The namespace admits pods of every Pod Security level: even without root on the node, BuildKit needs system calls
 * that the other levels forbid. Nothing else is in it. Only the build's pods reach it, and it reaches only the
 * registry: what a Dockerfile does in a build can touch nothing else in the cluster. Both hold where the cluster
 * enforces NetworkPolicies. With an external registry it reaches that one's ports at any address but a cloud's
 * metadata service: no policy can name a registry.
 */
export class Builder extends pulumi.ComponentResource {
  /** Address inside the cluster, `tcp://host:port`. */
  public readonly address: pulumi.Output<string>;
  /** The namespace's name. */
  public readonly namespace: pulumi.Output<string>;
  /** Name of the Deployment. */
  public readonly deploymentName: pulumi.Output<string>;

  constructor(name: string, args: BuilderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Builder", name, {}, opts);
    const labels = labelsOf(BUILDKIT);
    const { addresses } = args.registry;

    this.namespace = labNamespace(
      name,
      { name: args.namespace, level: "privileged" },
      { parent: this },
    ).metadata.name;
    const { namespace } = this;
    new k8s.networking.v1.NetworkPolicy(
      `${name}-network`,
      {
        metadata: { name: BUILDKIT, namespace, labels },
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: [buildPods(args.clients)],
          egress: egress(args.registry),
        },
      },
      { parent: this },
    );
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { namespace, labels },
        // A change makes a new ConfigMap under a new name, which restarts the pod with it.
        immutable: true,
        data: {
          "buildkitd.toml": pulumi
            .all([addresses.inCluster, addresses.plainHttp])
            .apply(([address, plainHttp]) =>
              buildkitConfig({
                plainHttpRegistry: plainHttp ? serverOf(address) : undefined,
                cacheStorage: args.cacheStorage,
              }),
            ),
        },
      },
      { parent: this },
    );
    const claim = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-cache`,
      {
        metadata: { namespace, labels },
        spec: singleWriterClaim({ storage: args.cacheStorage, storageClass: args.storageClass }),
      },
      { parent: this },
    );
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-server`,
      singleWriterDeployment({
        name: BUILDKIT,
        namespace,
        labels,
        pod: builderPod({
          image: args.image,
          mode: args.mode,
          configName: config.metadata.name,
          claimName: claim.metadata.name,
        }),
      }),
      { parent: this },
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: BUILDKIT, namespace, labels },
        spec: {
          selector: labels,
          ports: [{ name: "buildkit", port: BUILDKIT_PORT, targetPort: "buildkit" }],
        },
      },
      { parent: this },
    );

    this.address = pulumi.interpolate`tcp://${serviceHost(BUILDKIT, namespace)}:${BUILDKIT_PORT}`;
    this.deploymentName = deployment.metadata.name;
    this.registerOutputs({
      address: this.address,
      namespace: this.namespace,
      deploymentName: this.deploymentName,
    });
  }
}

/** The pods that may use the builder. */
function buildPods(clients: ServedNamespaces): IngressRule {
  const namespace =
    clients === "students"
      ? { namespaceSelector: { matchExpressions: [{ key: STUDENT_LABEL, operator: "Exists" }] } }
      : inNamespace(clients.namespace);
  return { from: [{ ...namespace, ...byLabels(BUILD_ROLE) }], ports: tcp(BUILDKIT_PORT) };
}

/** What BuildKit itself may use. */
function egress({ pods, ports = [] }: RegistryTarget): EgressRule[] {
  // An external registry has no address that a NetworkPolicy could name.
  if (pods === undefined) return [NAME_SERVERS, anywhere(tcp(...ports))];
  const peer = { ...inNamespace(pods.namespace), ...byLabels(pods.labels) };
  return [NAME_SERVERS, { to: [peer], ports: tcp(pods.port) }];
}
