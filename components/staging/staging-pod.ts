/** The pod of the application in staging. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Resources } from "../sizes";
import { LOCKED_DOWN_CONTAINER, unprivilegedPod } from "../kubernetes";

/** Name of the Deployment and of its Service. The pipeline and the course's commands use it. */
export const STAGING_DEPLOYMENT = "gourmetgram";

/** Port of the application, in the container and of its Service. */
export const APP_PORT = 8000;

// The user of the image.
const USER = 1000;

/** Arguments of the pod. */
export interface StagingPodArgs {
  /** Left out where only the rest of the pod is meant. */
  readonly image?: pulumi.Input<string>;
  readonly imagePullSecret: pulumi.Input<string> | undefined;
  readonly resources: Resources;
}

/** The pod, of which the pipeline changes the image. */
export function stagingPod(args: StagingPodArgs): k8s.types.input.core.v1.PodSpec {
  const { image, imagePullSecret, resources } = args;
  const live = { path: "/live", port: "http" };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: unprivilegedPod(USER),
    ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    containers: [
      {
        name: "gourmetgram",
        ...(image === undefined ? {} : { image }),
        env: [
          {
            name: "IMAGE",
            valueFrom: { fieldRef: { fieldPath: "metadata.annotations['gourmetgram.dev/image']" } },
          },
        ],
        ports: [{ name: "http", containerPort: APP_PORT }],
        // A model that does not fit the application never becomes ready, but the process runs and reports why.
        startupProbe: { httpGet: live, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
        readinessProbe: {
          httpGet: { path: "/health", port: "http" },
          periodSeconds: 5,
          timeoutSeconds: 5,
        },
        livenessProbe: { httpGet: live, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 3 },
        // It serves on until the nodes have stopped sending requests to it, which they learn of at the same moment.
        lifecycle: { preStop: { sleep: { seconds: 3 } } },
        resources,
        securityContext: LOCKED_DOWN_CONTAINER,
        // The pipeline shows it where the application ended by itself.
        terminationMessagePolicy: "FallbackToLogsOnError",
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "128Mi" } }],
  };
}
