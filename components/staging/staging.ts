import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { exposedHttp, externalAddress, labelsOf, labNamespace, serviceHost } from "../kubernetes";
import {
  CONTAINER_DISK,
  podAmounts,
  quantities,
  times,
  type Resources,
  sizeOf,
  type SizeName,
} from "../sizes";
import { pullSecretOf, type RegistryTarget } from "../registry";
import { APP_PORT, STAGING_DEPLOYMENT, stagingPod, type StagingPodArgs } from "./staging-pod";

export interface StagingArgs {
  /** Name of the namespace, a DNS label. */
  readonly namespace: string;
  /** Image of the Deployment until the pipeline has built one. Nothing runs it. */
  readonly image: pulumi.Input<string>;
  /** Where the pipeline's images come from. */
  readonly registry: RegistryTarget;
  /** Node port, from 30000 to 32767. @default none: people use a port-forward */
  readonly nodePort?: number | undefined;
  /** Host name or IP address of a node, as seen from outside. */
  readonly externalHost: string;
  /** What the pods are given. @default "medium" */
  readonly size?: SizeName | undefined;
}

// MLflow has 8000 on the same machine.
const FORWARD_PORT = 8080;

// While nothing is deployed the Service has no pod, and a rollout may fail: the pipeline reports that.
const UNAWAITED = { "pulumi.com/skipAwait": "true" };

/**
 * The place where the application runs once a pipeline has built and tested it: empty at first.
 *
 * The Deployment belongs to two. The stack says how the application runs; the pipeline says which image, with labels
 * and annotations about its origin, and the number of pods: none before the first deployment.
 */
export class Staging extends pulumi.ComponentResource {
  public readonly namespace: pulumi.Output<string>;
  /** Name of the Deployment. */
  public readonly deployment: pulumi.Output<string>;
  /** Address inside the cluster. */
  public readonly url: pulumi.Output<string>;
  /** Address from outside the cluster. */
  public readonly externalUrl: pulumi.Output<string>;

  constructor(name: string, args: StagingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Staging", name, {}, opts);
    const options = { parent: this };
    const { externalHost, nodePort } = args;
    const exposure = { externalHost, nodePort, forwardPort: FORWARD_PORT };

    this.namespace = labNamespace(name, { name: args.namespace, level: "restricted" }, options).metadata.name;
    const { namespace } = this;
    const resources = sizeOf(args.size).staging;
    bound(name, { namespace, resources }, options);
    // A Secret can be used in its own namespace only, so staging has another one.
    const imagePullSecret = pullSecretOf(`${name}-pull-secret`, args.registry, namespace, [], options);
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: {
          name: STAGING_DEPLOYMENT,
          namespace,
          labels: labelsOf(STAGING_DEPLOYMENT),
          annotations: UNAWAITED,
        },
        spec: deploymentSpec({ image: args.image, imagePullSecret, resources }),
      },
      // What the pipeline has deployed stays. The whole template is left alone and not just the image in it: on an
      // update the provider leaves out what another field manager owns, or takes the live value, but it does not look
      // into lists. The image in the state would go to the API server, and be refused as another manager's field.
      { ...options, ignoreChanges: ["spec.replicas", "spec.template"] },
    );
    // So the stack's part of the pod is applied a second time, by a separate field manager and without the image:
    // this is how a change of a limit or a probe arrives. Force takes fields from the manager that created them; the
    // pipeline's are not among them.
    new k8s.apps.v1.DeploymentPatch(
      `${name}-pod`,
      {
        metadata: {
          name: deployment.metadata.name,
          namespace,
          annotations: {
            ...UNAWAITED,
            "pulumi.com/patchForce": "true",
            // Not known before the Deployment exists: a preview must not try to create it from this part.
            "gourmetgram.dev/patched": deployment.metadata.uid,
          },
        },
        spec: { template: { spec: stagingPod({ imagePullSecret, resources }) } },
      },
      { ...options, deletedWith: deployment },
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          name: STAGING_DEPLOYMENT,
          namespace,
          labels: labelsOf(STAGING_DEPLOYMENT),
          annotations: UNAWAITED,
        },
        spec: { ...exposedHttp(APP_PORT, exposure), selector: labelsOf(STAGING_DEPLOYMENT) },
      },
      options,
    );

    this.deployment = deployment.metadata.name;
    this.url = pulumi.interpolate`http://${serviceHost(STAGING_DEPLOYMENT, namespace)}:${APP_PORT}`;
    this.externalUrl = pulumi.output(`http://${externalAddress(exposure)}`);
    this.registerOutputs({
      namespace,
      deployment: this.deployment,
      url: this.url,
      externalUrl: this.externalUrl,
    });
  }
}

/** Keeps what runs in staging within the space of an application that is being replaced by its next version. */
function bound(
  name: string,
  { namespace, resources }: { namespace: pulumi.Input<string>; resources: Resources },
  options: pulumi.ResourceOptions,
): void {
  const three = quantities(times(3, podAmounts([resources])));
  new k8s.core.v1.ResourceQuota(
    `${name}-quota`,
    {
      metadata: { name: "staging", namespace },
      spec: {
        // Three pods by their requests and limits: the one that serves, the new one, and one that is still stopping.
        hard: {
          pods: "4",
          "requests.cpu": three["requests.cpu"],
          "requests.memory": three["requests.memory"],
          "limits.cpu": three["limits.cpu"],
          "limits.memory": three["limits.memory"],
          "limits.ephemeral-storage": three["limits.ephemeral-storage"],
          // The application keeps nothing. A pod may claim storage by a volume of its own.
          persistentvolumeclaims: "0",
          "requests.storage": "0",
        },
      },
    },
    options,
  );
  new k8s.core.v1.LimitRange(
    `${name}-limits`,
    {
      metadata: { name: "staging", namespace },
      // The quota refuses pods that name none, as those that someone starts to look around.
      spec: {
        limits: [
          {
            type: "Container",
            default: { ...resources.limits, "ephemeral-storage": CONTAINER_DISK },
            defaultRequest: { ...resources.requests, "ephemeral-storage": "0" },
            max: { "ephemeral-storage": CONTAINER_DISK },
          },
        ],
      },
    },
    options,
  );
}

function deploymentSpec(pod: StagingPodArgs): k8s.types.input.apps.v1.DeploymentSpec {
  const labels = labelsOf(STAGING_DEPLOYMENT);
  return {
    replicas: 0,
    selector: { matchLabels: labels },
    // The version before serves until the new one is ready, however long that takes: for ever, if it fails.
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
    progressDeadlineSeconds: 180,
    revisionHistoryLimit: 3,
    template: { metadata: { labels }, spec: stagingPod(pod) },
  };
}
