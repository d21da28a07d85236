/** The pod of BuildKit. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../sizes";
import { unprivilegedPod } from "../kubernetes";

/** Name of the Deployment and its Service. The build's pods contain it, so it is not generated. */
export const BUILDKIT = "buildkitd";

/** Port of BuildKit, in the container and of its Service. */
export const BUILDKIT_PORT = 1234;

/** What BuildKit's container is given. What a build's steps take is counted here. */
export const BUILDKIT_RESOURCES: Resources = {
  requests: { cpu: "50m", memory: "256Mi" },
  limits: { cpu: "2", memory: "2Gi" },
};

/**
 * How BuildKit gets the rights to build: in a user namespace that it creates itself, in one that Kubernetes creates for its
 * pod, or as root on the node.
 */
export type BuilderMode = "rootless" | "userns" | "privileged";

/** Arguments of the pod. */
export interface BuilderPodArgs {
  readonly image: pulumi.Input<string>;
  readonly mode: BuilderMode;
  /** ConfigMap with the file `buildkitd.toml`. */
  readonly configName: pulumi.Input<string>;
  /** What it may write on its node's disk, as a Kubernetes quantity. */
  readonly disk: string;
}

interface ModeSettings {
  /** `false` for a user namespace of the pod's own. */
  readonly hostUsers?: boolean;
  readonly pod: k8s.types.input.core.v1.PodSecurityContext;
  readonly container: k8s.types.input.core.v1.SecurityContext;
  /** The program; left out where it is the image's own. */
  readonly command?: string[];
  readonly args: string[];
  readonly env?: k8s.types.input.core.v1.EnvVar[];
  /** Folder of the cache. */
  readonly cache: string;
}

const CONFIG = "/etc/buildkit";
const LISTEN = ["--addr", `tcp://0.0.0.0:${BUILDKIT_PORT}`, "--config", `${CONFIG}/buildkitd.toml`];

// The user of the rootless image.
const USER = 1000;

/** BuildKit as root. */
const AS_ROOT = {
  pod: { runAsUser: 0, runAsGroup: 0 },
  container: { privileged: true },
  // In place of the image's own command, which enters a user namespace first.
  command: ["buildkitd"],
  args: LISTEN,
  cache: "/var/lib/buildkit",
} satisfies ModeSettings;

const SETTINGS: Readonly<Record<BuilderMode, ModeSettings>> = {
  rootless: {
    pod: unprivilegedPod(USER),
    // Builds run in a user namespace of their own. The runtime's default profiles forbid creating one, and the helpers
    // that map the user ids (newuidmap, newgidmap) have to gain the right to do so.
    container: {
      seccompProfile: { type: "Unconfined" },
      appArmorProfile: { type: "Unconfined" },
      allowPrivilegeEscalation: true,
    },
    // A container may not mount a separate /proc for a step, so steps see BuildKit's processes, which are those of the
    // same student's builds.
    args: [...LISTEN, "--oci-worker-no-process-sandbox"],
    cache: "/home/user/.local/share/buildkit",
  },
  // Root, and what is privileged, end at the user namespace.
  userns: {
    ...AS_ROOT,
    hostUsers: false,
    // The rootless image names its own user here. In a user namespace BuildKit would then take that user's folders.
    env: [{ name: "USER", value: "root" }],
  },
  privileged: AS_ROOT,
};

/** The pod: one BuildKit, whose cache goes with it. */
export function builderPod(args: BuilderPodArgs): k8s.types.input.core.v1.PodSpec {
  const { hostUsers, pod, container, command, args: words, env, cache } = SETTINGS[args.mode];
  // In the pod and not over its network, which only the build's pods may use.
  const exec = { command: ["buildctl", "--addr", `tcp://127.0.0.1:${BUILDKIT_PORT}`, "debug", "workers"] };
  return {
    automountServiceAccountToken: false,
    // Variables such as BUILDKITD_PORT, which Kubernetes would make for the Service, are settings of BuildKit's.
    enableServiceLinks: false,
    ...(hostUsers === undefined ? {} : { hostUsers }),
    securityContext: pod,
    // Nothing is kept, so there is nothing to end in order.
    terminationGracePeriodSeconds: 5,
    containers: [
      {
        name: "buildkitd",
        image: args.image,
        ...(command === undefined ? {} : { command }),
        args: words,
        ...(env === undefined ? {} : { env }),
        ports: [{ name: "buildkit", containerPort: BUILDKIT_PORT }],
        startupProbe: { exec, periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 120 },
        readinessProbe: { exec, periodSeconds: 10, timeoutSeconds: 10 },
        livenessProbe: { exec, periodSeconds: 30, timeoutSeconds: 20, failureThreshold: 6 },
        resources: {
          // None of the disk is set aside: a node whose kubelet does not measure its disk has none to give.
          requests: { ...BUILDKIT_RESOURCES.requests, "ephemeral-storage": "0" },
          limits: { ...BUILDKIT_RESOURCES.limits, "ephemeral-storage": args.disk },
        },
        securityContext: container,
        volumeMounts: [
          { name: "config", mountPath: CONFIG, readOnly: true },
          { name: "cache", mountPath: cache },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: args.configName } },
      { name: "cache", emptyDir: { sizeLimit: args.disk } },
    ],
  };
}
