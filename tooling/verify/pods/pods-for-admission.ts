/** Pods that are only proposed to the API server, to see what a namespace admits. */
import type { V1Container, V1Pod, V1PodSpec, V1SecurityContext } from "@kubernetes/client-node";

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
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
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

/** The same pod with one wish too many, for each way out of a container. */
export function forbiddenPods(image: string): ForbiddenPod[] {
  const pod = (change: Change): V1Pod => restrictedPod(image, change);
  return [
    {
      what: "that is privileged",
      violation: "privileged",
      pod: pod({ security: { privileged: true, allowPrivilegeEscalation: true } }),
    },
    {
      what: "with privilege escalation",
      violation: "allowPrivilegeEscalation",
      pod: pod({ security: { allowPrivilegeEscalation: true } }),
    },
    {
      what: "with the node's network",
      violation: "host namespaces",
      pod: pod({ spec: { hostNetwork: true } }),
    },
    {
      what: "with a folder of the node",
      violation: "hostPath",
      pod: pod({ spec: { volumes: [{ name: "node", hostPath: { path: "/" } }] } }),
    },
    {
      what: "that runs as root",
      violation: "runAsUser=0",
      pod: pod({
        spec: {
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 0,
            seccompProfile: { type: "RuntimeDefault" },
          },
        },
      }),
    },
    {
      what: "with a kernel capability",
      violation: "capabilities",
      pod: pod({ security: { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } } }),
    },
    {
      what: "without a seccomp profile",
      violation: "seccompProfile",
      pod: pod({ spec: { securityContext: { runAsNonRoot: true, runAsUser: 1000 } } }),
    },
  ];
}
