/** Pods that are only proposed to the API server, to see what a namespace admits. */
import type {
  V1Container,
  V1Pod,
  V1PodSecurityContext,
  V1PodSpec,
  V1SecurityContext,
} from "@kubernetes/client-node";

/** A pod that must be refused, and the word that the refusal must contain. */
export interface ForbiddenPod {
  /** Completes "a pod …". */
  readonly what: string;
  readonly pod: V1Pod;
  /** As the Pod Security admission of Kubernetes names the violation. */
  readonly violation: string;
}

interface Change {
  readonly spec?: Partial<V1PodSpec>;
  readonly security?: V1SecurityContext;
  readonly container?: Partial<V1Container>;
}

const UNPRIVILEGED: V1PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  seccompProfile: { type: "RuntimeDefault" },
};

/**
 * A pod that asks for nothing that the level `restricted` forbids.
 *
 * @param image Any: it is never pulled.
 */
export function restrictedPod(image: string, change: Change = {}): V1Pod {
  return {
    metadata: { generateName: "verify-" },
    spec: {
      automountServiceAccountToken: false,
      securityContext: UNPRIVILEGED,
      containers: [
        {
          name: "main",
          image,
          resources: {
            requests: { cpu: "10m", memory: "16Mi" },
            limits: { cpu: "10m", memory: "16Mi" },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            ...change.security,
          },
          ...change.container,
        },
      ],
      ...change.spec,
    },
  };
}

/** One wish too many, for each way out of a container. */
const WISHES: readonly (readonly [what: string, violation: string, change: Change])[] = [
  ["that is privileged", "privileged", { security: { privileged: true, allowPrivilegeEscalation: true } }],
  ["with privilege escalation", "allowPrivilegeEscalation", { security: { allowPrivilegeEscalation: true } }],
  ["with the node's network", "host namespaces", { spec: { hostNetwork: true } }],
  [
    "with a folder of the node",
    "hostPath",
    { spec: { volumes: [{ name: "node", hostPath: { path: "/" } }] } },
  ],
  ["that runs as root", "runAsUser=0", { spec: { securityContext: { ...UNPRIVILEGED, runAsUser: 0 } } }],
  [
    "with a kernel capability",
    "capabilities",
    { security: { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } },
  ],
  [
    "without a seccomp profile",
    "seccompProfile",
    { spec: { securityContext: { runAsNonRoot: true, runAsUser: 1000 } } },
  ],
];

/** The same pod with each of these wishes. */
export const forbiddenPods = (image: string): ForbiddenPod[] =>
  WISHES.map(([what, violation, change]) => ({ what, violation, pod: restrictedPod(image, change) }));
