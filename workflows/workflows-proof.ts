import * as pulumi from "@pulumi/pulumi";
import { describe, nextTimes } from "../packages/argo-lint";
import type { LabConfig, ScheduleConfig } from "../config";
import { ACCOUNTS } from "../components/rbac";
import { STAGING_DEPLOYMENT } from "../components/staging";
import { proveTraining } from "./training-proof";

/** Something that the cluster will know. It has no part in what is proved. */
const LATER = pulumi.output("");

/**
 * Judges the lab's workflows by the configuration alone, so before the first resource is asked for, and tells what a
 * person should know of them: what is not judged, and in a preview when training runs next.
 *
 * @throws pulumi.RunError that lists everything that is wrong, each with its place and what mends it.
 */
export function proveWorkflows(
  config: Pick<LabConfig, "namespace" | "staging" | "schedule" | "size" | "trainingDeadlineSeconds">,
): void {
  const unjudged = proveTraining({
    namespace: config.namespace,
    trainingImage: LATER,
    pipelineImage: LATER,
    appBaseImage: LATER,
    imagePullSecret: LATER,
    registry: { pushRepository: LATER, pullRepository: LATER },
    registryCredentialsSecret: LATER,
    builderAddress: LATER,
    appRepository: { url: LATER, branch: LATER, credentialsSecret: LATER },
    staging: { namespace: config.staging.namespace, deployment: STAGING_DEPLOYMENT, url: LATER },
    mlflowUrl: LATER,
    serviceAccounts: ACCOUNTS,
    schedule: config.schedule.cron,
    timezone: config.schedule.timezone,
    suspended: config.schedule.suspended,
    size: config.size,
    deadlineSeconds: config.trainingDeadlineSeconds,
  });
  if (unjudged.length > 0) {
    void pulumi.log.warn(`not proved before a run:\n${describe(unjudged)}`);
  }
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(upcomingRuns(config.schedule, new Date()));
  }
}

/**
 * When training runs next, in words.
 *
 * @param from Times after this one.
 */
export function upcomingRuns({ cron, timezone, suspended }: ScheduleConfig, from: Date): string {
  if (suspended) {
    return `training is scheduled by "${cron}" (${timezone}), but the schedule rests`;
  }
  const times = nextTimes(cron, { timezone, from }).map((time) =>
    time.toISOString().replace(":00.000Z", "Z"),
  );
  return `training runs by "${cron}" (${timezone}), next at ${times.join(", ")}`;
}
