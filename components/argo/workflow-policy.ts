import type { types } from "@pulumi/kubernetes";
import type { LifeCycle, RetryStrategy } from "../../packages/argo-workflows";
import { unprivilegedPod } from "../kubernetes";

// All of this is in each template and not only in the controller's defaults: on a cluster that brings its own
// Argo Workflows (`argo: existing`) the defaults are not the lab's.

/** User and group of the training image. */
const IMAGE_USER = 1000;

/** The longest time that each part of a training run may take, in seconds. */
export interface Deadlines {
  /** The whole run, its child and the wait for other builds included. */
  readonly run: number;
  /** The step that tells the training image, and builds it where it has a commit's code. */
  readonly image: number;
  /** The training itself. */
  readonly training: number;
  /** The step that starts the child and waits for it, and for the builds that are ahead of the child. */
  readonly build: number;
  /** The child and its parts. */
  readonly child: BuildDeadlines;
}

/** The longest time that each part of a build may take, in seconds. */
export interface BuildDeadlines {
  /** The whole run, without the step that puts staging back after a failure. */
  readonly run: number;
  /** The pod that builds the image: cloning, downloading and building together. */
  readonly build: number;
  readonly deploy: number;
  readonly test: number;
  /** Putting staging back. It comes on top: the run's deadline does not end it, since it may have passed by then. */
  readonly restore: number;
}

/**
 * Builds that may be ahead of a run's own. Only one changes staging at a time, and the others wait: a waiting build's own
 * deadline does not run, but that of the step which waits for it does.
 */
export const BUILDS_AHEAD = 4;

/**
 * Divides a run's time among its parts, so that the innermost deadline ends first and its message is the one that
 * is seen: half for the training and its image, half for the step that waits for the build. The build and what puts
 * staging back after it fit in that, and so do the build's steps, one after the other, in the build. On top comes the
 * time for the builds that may be ahead.
 *
 * @param work Seconds for the run without the wait for other builds, at least 60.
 */
export function deadlines(work: number): Deadlines {
  const image = Math.floor(work * 0.1);
  const training = Math.floor(work / 2) - image;
  const build = work - image - training;
  const wait = BUILDS_AHEAD * build;
  const part = (share: number): number => Math.floor(build * share);
  return {
    run: work + wait,
    image,
    training,
    build: build + wait,
    child: {
      run: part(0.85),
      build: part(0.55),
      deploy: part(0.17),
      test: part(0.1),
      restore: part(0.1),
    },
  };
}

/**
 * How a run ends and what it leaves behind.
 *
 * Logs live in the pods, and students read them after the run, also those of a run that succeeded. So pods stay for a
 * day in class and go with eight hours' delay; the run itself, with the state and outputs of each step, stays a day.
 * A restart of the controller forgets the delay: then the pods go with the run that owns them.
 *
 * @param activeDeadlineSeconds Of the whole run.
 */
export function lifeCycle(activeDeadlineSeconds: number): LifeCycle {
  return {
    activeDeadlineSeconds,
    ttlStrategy: { secondsAfterCompletion: 86_400 },
    podGC: { strategy: "OnWorkflowCompletion", deleteDelayDuration: "8h" },
    securityContext: unprivilegedPod(IMAGE_USER),
  };
}

/**
 * Repeats what the cluster broke: a pod that was deleted, or in which a container of Argo's own failed. A program that
 * fails has given a verdict, as a training below the gate does, and that stays.
 *
 * It is a pod that is repeated, with all its containers. A set of containers can also repeat each by itself
 * (`containerSet.retryStrategy`), but that repeats every failure, and with it verdicts.
 */
export const RETRY_INFRASTRUCTURE = {
  limit: 2,
  retryPolicy: "OnError",
  // Argo waits before it checks whether there is anything to repeat, so a verdict is delayed as well.
  backoff: { duration: "2s", factor: 5 },
} as const satisfies RetryStrategy;

/**
 * What the Pod Security level `restricted` requires of a container, beyond the pod's settings. The file system stays
 * writable: a step leaves its outputs in files.
 */
export const STEP_CONTAINER: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};
