import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  BUILD_ROLE,
  byLabels,
  inNamespace,
  labelsOf,
  labNamespace,
  serviceHost,
  singleWriterDeployment,
  tcp,
} from "../kubernetes";
import { registryEgress, type RegistryTarget, serverOf } from "../registry";
import { podAmounts, quantities, times } from "../sizes";
import { BUILDKIT, BUILDKIT_PORT, BUILDKIT_RESOURCES, type BuilderMode, builderPod } from "./builder-pod";
import { buildkitConfig } from "./buildkit-config";

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
  /** What it may write on its node's disk while it runs, as a Kubernetes quantity. */
  readonly disk: string;
  /** Namespace of the pods that build. */
  readonly clients: pulumi.Input<string>;
  /** Where base images come from, and built images and their cache go. */
  readonly registry: RegistryTarget;
}

// Without a pod, as it is most of the time, there is nothing to wait for.
const UNAWAITED = { "pulumi.com/skipAwait": "true" };

/**
 * BuildKit of one lab, in a separate namespace. It has no pod until a step builds: the step sets the Deployment's number
 * of pods to 1, and to 0 when it has ended. What a build leaves is in the registry: the image, and its cache.
 *
 * The namespace admits pods of every Pod Security level: even without root on the node, BuildKit needs system calls
 * that the other levels forbid. Nothing else is in it, and who may start BuildKit may not say what it is. Only the build's
 * pods of one namespace reach it, and it reaches only the registry: what a Dockerfile does in a build can touch nothing
 * else in the cluster. Both hold where the cluster enforces NetworkPolicies. With an external registry it reaches that
 * one's ports at any address but a cloud's metadata service: no policy can name a registry.
 */
export class Builder extends pulumi.ComponentResource {
  /** Address inside the cluster, `tcp://host:port`. */
  public readonly address: pulumi.Output<string>;
  public readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: BuilderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Builder", name, {}, opts);
    const labels = labelsOf(BUILDKIT);
    const options = { parent: this };

    this.namespace = labNamespace(name, { name: args.namespace, level: "privileged" }, options).metadata.name;
    const { namespace } = this;
    new k8s.networking.v1.NetworkPolicy(
      `${name}-network`,
      {
        metadata: { name: BUILDKIT, namespace, labels },
        spec: {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            { from: [{ ...inNamespace(args.clients), ...byLabels(BUILD_ROLE) }], ports: tcp(BUILDKIT_PORT) },
          ],
          egress: registryEgress(args.registry),
        },
      },
      options,
    );
    new k8s.core.v1.ResourceQuota(
      `${name}-quota`,
      { metadata: { name: BUILDKIT, namespace, labels }, spec: { hard: room() } },
      options,
    );
    const { addresses } = args.registry;
    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { namespace, labels },
        // A change makes a new ConfigMap under a new name, with which the next pod starts.
        immutable: true,
        data: {
          "buildkitd.toml": pulumi
            .all([addresses.inCluster, addresses.plainHttp])
            .apply(([address, plainHttp]) =>
              buildkitConfig({
                plainHttpRegistry: plainHttp ? serverOf(address) : undefined,
                disk: args.disk,
              }),
            ),
        },
      },
      options,
    );
    const pod = builderPod({
      image: args.image,
      mode: args.mode,
      configName: config.metadata.name,
      disk: args.disk,
    });
    const deployment = singleWriterDeployment({ name: BUILDKIT, namespace, labels, pod });
    new k8s.apps.v1.Deployment(
      `${name}-server`,
      {
        metadata: { ...deployment.metadata, annotations: UNAWAITED },
        spec: { ...deployment.spec, replicas: 0, revisionHistoryLimit: 1 },
      },
      // The steps that build set it.
      { ...options, ignoreChanges: ["spec.replicas"] },
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: BUILDKIT, namespace, labels, annotations: UNAWAITED },
        spec: {
          selector: labels,
          ports: [{ name: "buildkit", port: BUILDKIT_PORT, targetPort: "buildkit" }],
        },
      },
      options,
    );

    this.address = pulumi.interpolate`tcp://${serviceHost(BUILDKIT, namespace)}:${BUILDKIT_PORT}`;
    this.registerOutputs({ address: this.address, namespace: this.namespace });
  }
}

/** Two pods: one that stops still counts while the next one starts. Whoever sets another number of pods gets no more. */
function room(): Record<string, string> {
  const { pods, ...two } = quantities(times(2, podAmounts([BUILDKIT_RESOURCES])));
  return {
    pods,
    "requests.cpu": two["requests.cpu"],
    "requests.memory": two["requests.memory"],
    "limits.cpu": two["limits.cpu"],
    "limits.memory": two["limits.memory"],
    persistentvolumeclaims: "0",
    "services.nodeports": "0",
    "services.loadbalancers": "0",
  };
}
