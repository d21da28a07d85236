import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../sizes";
import {
  dataClaim,
  serviceHost,
  labelsOf,
  LOCKED_DOWN_CONTAINER,
  unprivilegedPod,
  singleWriterDeployment,
  type VolumeSize,
} from "../kubernetes";
import type { RegistryAddresses, RegistryPods, RegistryTarget } from "./registry";
import { RegistryGuard, type RegistryOverrides } from "./registry-guard";

export interface LocalRegistryArgs extends VolumeSize {
  /** Image of the registry: the CNCF Distribution registry, version 3. */
  readonly image: pulumi.Input<string>;
  /** Node port, from 30000 to 32767. */
  readonly nodePort: number;
  /**
   * The address in pods' image references.
   *
   * The container runtime on a node does not resolve Service names, but takes `localhost:<nodePort>` for plain HTTP, and
   * reaches it where kube-proxy is in the mode iptables. `in-cluster` is for nodes whose runtime is configured to resolve
   * the Service's name.
   */
  readonly pullFrom: "node-port" | "in-cluster";
  /** Address in pods' image references, `host[:port]`, in place of what `pullFrom` says. @default none */
  readonly pullAddress?: string | undefined;
  /**
   * Address for the Docker daemon that pushes, `host[:port]`. Docker speaks plain HTTP to loopback addresses alone, unless
   * the daemon's `insecure-registries` name others.
   *
   * @default "localhost:<nodePort>"
   */
  readonly pushAddress?: string | undefined;
  /**
   * Adds a guard, with this image of nginx, that requires a login for pushing and for what is not public, and bounds the
   * space of each student, a Kubernetes quantity.
   *
   * @default none: everyone reads and writes everything
   */
  readonly guard?: { readonly image: pulumi.Input<string>; readonly spacePerStudent: string } | undefined;
}

/** What the registry's container is given. */
export const REGISTRY_RESOURCES: Resources = {
  requests: { cpu: "20m", memory: "64Mi" },
  limits: { cpu: "1", memory: "256Mi" },
};

/** Where the registry's Deployment and Service are. Image references contain the Service's name, so it is not generated. */
export const REGISTRY_PLACE = { namespace: "kube-system", name: "registry" } as const;

const { namespace: NAMESPACE, name: SERVICE } = REGISTRY_PLACE;
const PORT = 5000;
const LABELS = labelsOf("registry");

export const REGISTRY_PODS: RegistryPods = { namespace: NAMESPACE, labels: LABELS, port: PORT };

const DATA = "/var/lib/registry";
const VOLUME = "data";
// Any will do: the registry needs no entry in the user database.
const USER = 1000;

/**
 * A registry in the cluster for the images that the stack builds. It speaks plain HTTP, and allows anonymous access unless it
 * has a guard.
 */
export class LocalRegistry extends pulumi.ComponentResource {
  /** The addresses that matter. */
  public readonly addresses: RegistryAddresses;
  /** The registry as the place where images go. */
  public readonly target: RegistryTarget;

  constructor(name: string, args: LocalRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:LocalRegistry", name, {}, opts);
    const labels = LABELS;

    const claim = dataClaim(
      `${name}-data`,
      {
        namespace: NAMESPACE,
        labels,
        withNamespace: false,
        storage: args.storage,
        storageClass: args.storageClass,
      },
      { parent: this },
    );
    const guard =
      args.guard === undefined
        ? undefined
        : new RegistryGuard(
            `${name}-guard`,
            { ...args.guard, port: PORT, labels, data: { volume: VOLUME, path: DATA } },
            { parent: this },
          );
    const deployment = new k8s.apps.v1.Deployment(
      `${name}-server`,
      singleWriterDeployment({
        // Fixed, so that `kubectl logs deployment/registry` works as it reads.
        name: SERVICE,
        namespace: NAMESPACE,
        labels,
        pod: podSpec(args.image, claim.metadata.name, guard),
      }),
      { parent: this, ...(guard === undefined ? {} : { dependsOn: guard.ready }) },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: SERVICE, namespace: NAMESPACE, labels },
        spec: {
          type: "NodePort",
          selector: labels,
          ports: [{ name: "http", port: PORT, targetPort: "http", nodePort: args.nodePort }],
        },
      },
      { parent: this },
    );

    this.addresses = addressesOf(args);
    this.target = {
      addresses: this.addresses,
      pullAddress: localPullAddress(args),
      ...(guard === undefined ? {} : { credentials: guard.credentials, guarded: true }),
      pods: REGISTRY_PODS,
      ready: [deployment, service],
      storage: [claim],
    };
    this.registerOutputs({ addresses: this.addresses });
  }
}

/** What decides under which addresses the registry is reached. */
export type LocalRegistryPlace = Pick<
  LocalRegistryArgs,
  "nodePort" | "pullFrom" | "pullAddress" | "pushAddress"
>;

function addressesOf({ nodePort, pullAddress, pushAddress }: LocalRegistryPlace): RegistryAddresses {
  const byNodePort = `localhost:${nodePort}`;
  return {
    inCluster: pulumi.interpolate`${serviceHost(SERVICE, NAMESPACE)}:${PORT}`,
    fromNodes: pulumi.output(pullAddress ?? byNodePort),
    forPushing: pulumi.output(pushAddress ?? byNodePort),
    own: pulumi.output(true),
    plainHttp: pulumi.output(true),
  };
}

/** The registry's address in pods' image references, known before the registry is created. */
export function localPullAddress(place: LocalRegistryPlace): pulumi.Output<string> {
  const { inCluster, fromNodes } = addressesOf(place);
  return place.pullFrom === "in-cluster" && place.pullAddress === undefined ? inCluster : fromNodes;
}

const httpGet = { path: "/", port: "http" };

/** How a registry without a guard is reached. */
const OPEN: RegistryOverrides = {
  env: [{ name: "REGISTRY_HTTP_ADDR", value: `:${PORT}` }],
  ports: [{ name: "http", containerPort: PORT }],
  readinessProbe: { httpGet, periodSeconds: 5 },
  livenessProbe: { httpGet, periodSeconds: 20, failureThreshold: 3 },
};

function podSpec(
  image: pulumi.Input<string>,
  claim: pulumi.Input<string>,
  guard: RegistryGuard | undefined,
): k8s.types.input.core.v1.PodSpec {
  const { env, ...access } = guard?.registry ?? OPEN;
  return {
    automountServiceAccountToken: false,
    // Variables for every Service of the namespace would be noise, and `REGISTRY_*` ones would be read as settings.
    enableServiceLinks: false,
    securityContext: unprivilegedPod(USER),
    containers: [
      {
        name: "registry",
        image,
        env: [
          ...env,
          { name: "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", value: DATA },
          // The official image's settings open a port with profiles and metrics to every pod.
          { name: "REGISTRY_HTTP_DEBUG_ADDR", value: "" },
          { name: "REGISTRY_LOG_LEVEL", value: "info" },
          // Version 3 sends traces to a collector on its own host unless told not to, and logs each failure.
          { name: "OTEL_TRACES_EXPORTER", value: "none" },
        ],
        ...access,
        resources: REGISTRY_RESOURCES,
        securityContext: LOCKED_DOWN_CONTAINER,
        volumeMounts: [{ name: VOLUME, mountPath: DATA }],
      },
      ...(guard?.containers ?? []),
    ],
    volumes: [{ name: VOLUME, persistentVolumeClaim: { claimName: claim } }, ...(guard?.volumes ?? [])],
  };
}
