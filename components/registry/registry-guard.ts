import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../sizes";
import { LOCKED_DOWN_CONTAINER } from "../kubernetes";
import type { RegistryCredentials } from "./registry";
import { ALIVE_PATH, BASE_USER, GUARD_TEMP, guardConfig, READY_PATH } from "./registry-guard-config";
import { GUARD_SPACE, KEEP_MEASURING, kibibytesOf } from "./registry-space";
import { REGISTRY_USERS, RegistryUser } from "./registry-user";

export interface RegistryGuardArgs {
  /** Image with nginx 1.19.5 or later that runs as any user. */
  readonly image: pulumi.Input<string>;
  /** Space that the images of one student may take, as a Kubernetes quantity. The base's are not bounded. */
  readonly spacePerStudent: string;
  /** Port on which the guard listens, in place of the registry. */
  readonly port: number;
  /** What the registry's pod already calls the volume with the images, and where it is mounted. */
  readonly data: { readonly volume: string; readonly path: string };
  /** Labels of the guard's objects. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Address of the registry behind the guard: nobody outside the pod reaches it. The official image's settings have 5001
 * for debugging.
 */
export const GUARDED_ADDRESS = "127.0.0.1:5002";

/** What a guard changes of the registry's container. */
export interface RegistryOverrides extends Pick<
  k8s.types.input.core.v1.Container,
  "ports" | "readinessProbe" | "livenessProbe"
> {
  readonly env: k8s.types.input.core.v1.EnvVar[];
}

/** What the guard's container is given. */
export const GUARD_RESOURCES: Resources = {
  requests: { cpu: "10m", memory: "16Mi" },
  limits: { cpu: "500m", memory: "128Mi" },
};

/** What the container is given that measures the students' space. */
export const SPACE_RESOURCES: Resources = {
  requests: { cpu: "10m", memory: "16Mi" },
  limits: { cpu: "200m", memory: "128Mi" },
};

const CONFIG = "/etc/registry-guard";
const USERS = "/users";
/** Folder of the registry's own in its root folder. */
const STORED = "docker/registry/v2";

/**
 * The guard of a registry that a class shares: nginx in the registry's pod. Everyone may pull what the base provides; a
 * user reads and writes under the user's name, up to a limit of space; the user `base` does everything.
 *
 * Docker asks `/v2/` whether to log in, and takes the answer for all that follows: it logs in and pushes, but pulls
 * nothing anonymously. The nodes' container runtimes and BuildKit log in where they are asked to, and do both.
 */
export class RegistryGuard extends pulumi.ComponentResource {
  /** What the base pushes with. */
  public readonly credentials: RegistryCredentials;
  /** The guard, and what measures for it, as further containers of the registry's pod. */
  public readonly containers: k8s.types.input.core.v1.Container[];
  /** What the containers mount and the pod does not have yet. */
  public readonly volumes: k8s.types.input.core.v1.Volume[];
  /** Changes of the registry's container: it leaves its port to the guard. */
  public readonly registry: RegistryOverrides;
  /** What must exist before the pod starts, so that the base can push as soon as it is ready. */
  public readonly ready: pulumi.Resource;

  constructor(name: string, args: RegistryGuardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:RegistryGuard", name, {}, opts);
    const { port, data, labels } = args;
    const { namespace } = REGISTRY_USERS;
    const limit = kibibytesOf(args.spacePerStudent);

    const config = new k8s.core.v1.ConfigMap(
      `${name}-config`,
      {
        metadata: { namespace, labels },
        // A change makes a new one under a new name, which restarts the pod with it.
        immutable: true,
        data: {
          "nginx.conf": guardConfig(
            { listen: port, registry: GUARDED_ADDRESS, users: USERS, temp: GUARD_TEMP, space: GUARD_SPACE },
            limit,
          ),
        },
      },
      { parent: this },
    );
    // Without keys of its own: a stack owns what it has applied, so students' keys are nothing that this one would
    // change or remove. Nor does a new password of the base's replace the Secret, with which all keys would go.
    const users = new k8s.core.v1.Secret(
      `${name}-users`,
      { metadata: { ...REGISTRY_USERS, labels }, type: "Opaque" },
      { parent: this },
    );
    const base = new RegistryUser(
      `${name}-base`,
      { user: BASE_USER, secret: users.metadata.name },
      { parent: this },
    );

    this.credentials = base.credentials;
    this.ready = base.ready;
    const server: k8s.types.input.core.v1.Container = {
      name: "guard",
      image: args.image,
      // In place of the entry point of nginx's own images, which would edit the configuration.
      command: ["nginx", "-e", "stderr", "-c", `${CONFIG}/nginx.conf`],
      ports: [{ name: "http", containerPort: port }],
      readinessProbe: { httpGet: { path: READY_PATH, port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
      livenessProbe: {
        httpGet: { path: ALIVE_PATH, port: "http" },
        periodSeconds: 20,
        timeoutSeconds: 5,
        failureThreshold: 3,
      },
      resources: GUARD_RESOURCES,
      securityContext: LOCKED_DOWN_CONTAINER,
      volumeMounts: [
        { name: "guard-config", mountPath: CONFIG, readOnly: true },
        // The whole folder: a file mounted alone would keep the users that were there at the start.
        { name: "guard-users", mountPath: USERS, readOnly: true },
        { name: "guard-temp", mountPath: GUARD_TEMP },
        { name: "guard-space", mountPath: GUARD_SPACE, readOnly: true },
        // For the shell commands that remove a student's repositories: the registry can only empty them, and its own
        // image has no shell. This gives the container no further rights, as all that is written to the registry passes through it.
        { name: data.volume, mountPath: data.path },
      ],
    };
    const space: k8s.types.input.core.v1.Container = {
      name: "space",
      image: args.image,
      command: ["sh", "-c", KEEP_MEASURING, "space", `${data.path}/${STORED}`, GUARD_SPACE, String(limit)],
      resources: SPACE_RESOURCES,
      securityContext: LOCKED_DOWN_CONTAINER,
      volumeMounts: [
        { name: data.volume, mountPath: data.path, readOnly: true },
        { name: "guard-space", mountPath: GUARD_SPACE },
      ],
    };
    this.containers = [server, space];
    this.volumes = [
      { name: "guard-config", configMap: { name: config.metadata.name } },
      { name: "guard-users", secret: { secretName: REGISTRY_USERS.name, defaultMode: 0o440 } },
      { name: "guard-temp", emptyDir: { sizeLimit: "256Mi" } },
      { name: "guard-space", emptyDir: { sizeLimit: "16Mi" } },
    ];
    this.registry = {
      env: [
        { name: "REGISTRY_HTTP_ADDR", value: GUARDED_ADDRESS },
        // Clients go on where they asked, whatever they call this place.
        { name: "REGISTRY_HTTP_RELATIVEURLS", value: "true" },
        { name: "REGISTRY_STORAGE_DELETE_ENABLED", value: "true" },
        // Off, where an image's settings turn it on: it would remember layers that are collected with a student's images.
        { name: "REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR", value: "" },
      ],
      // Through the guard, as nothing else reaches it. A guard that hangs is started again sooner.
      livenessProbe: {
        httpGet: { path: READY_PATH, port },
        periodSeconds: 20,
        timeoutSeconds: 5,
        failureThreshold: 6,
      },
    };
    this.registerOutputs({});
  }
}
