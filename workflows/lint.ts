import * as pulumi from "@pulumi/pulumi";
import {
  compareRights,
  type Diagnostic,
  formatDiagnostics,
  type GivenRight,
  lint,
  nextTimes,
  type RightsNeeded,
  rightsOf,
  rightsOfEvents,
  runsOf,
} from "../packages/argo-lint";
import { BUILDKIT } from "../components/builder";
import { ACCOUNTS, type Right, RIGHTS } from "../components/rbac";
import { STAGING_DEPLOYMENT } from "../components/staging";
import type { LabConfig, StudentConfig } from "../config";
import type { TrainingManifestsArgs } from "./training-args";
import { placeholderArgs, trainingManifests } from "./training-manifests";

/**
 * Lints the lab's workflows by the configuration alone, before anything is created. Logs what is not supported, and in
 * a preview when training runs next.
 *
 * @throws pulumi.RunError that lists everything that is wrong, each with its place and what fixes it
 */
export function lintWorkflows(config: LabConfig | StudentConfig): void {
  const unsupported = lintTraining({
    ...placeholderArgs(),
    namespace: config.namespace,
    staging: { namespace: config.stagingNamespace, deployment: STAGING_DEPLOYMENT, url: "" },
    builder: { namespace: config.buildNamespace, deployment: BUILDKIT, address: "" },
    schedule: config.schedule,
    timezone: config.scheduleTimezone,
    size: config.size,
    deadlineSeconds: config.trainingDeadlineSeconds,
  });
  if (unsupported.length > 0) {
    void pulumi.log.warn(`not linted before a run:\n${formatDiagnostics(unsupported)}`);
  }
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(upcomingRuns(config, new Date()));
  }
}

/**
 * When training runs next, in words.
 *
 * @param from Times after this one.
 */
export function upcomingRuns(
  config: Pick<LabConfig, "schedule" | "scheduleTimezone" | "scheduleSuspended">,
  from: Date,
): string {
  const { schedule, scheduleTimezone: timezone } = config;
  if (config.scheduleSuspended) {
    return `training is scheduled by "${schedule}" (${timezone}), but the schedule is suspended`;
  }
  const times = nextTimes(schedule, { timezone, from }).map((time) =>
    time.toISOString().replace(":00.000Z", "Z"),
  );
  return `training runs by "${schedule}" (${timezone}), next at ${times.join(", ")}`;
}

/**
 * Lints workflows of the lab, and the rights of the accounts under which they run.
 *
 * @param rights All rights that the lab grants.
 * @returns what the linter does not support, so that silence is not taken for approval
 * @throws pulumi.RunError that lists everything that is wrong, each with its place and what fixes it
 */
export function lintTraining(args: TrainingManifestsArgs, rights: readonly Right[] = RIGHTS): Diagnostic[] {
  // Names instead of outputs, which are not known in a preview: they decide who needs which right, and nothing else.
  const { events, ...workflows } = trainingManifests({ ...args, serviceAccounts: ACCOUNTS });
  const manifests = [...Object.values(workflows), ...events.flatMap((event) => runsOf(event))];
  const diagnostics = lint(manifests, { closed: true, production: true });
  const errors = diagnostics.filter(({ severity }) => severity === "error" || severity === "warning");
  const given = givenToPods(rights, args);
  const needed = rightsOf(manifests);
  const started = rightsOfEvents(events, ACCOUNTS.webhook);
  const problems = [
    ...errors.map((error) => formatDiagnostics([error])),
    ...imageProblems(args),
    ...rightsProblems({ ...needed, needs: [...needed.needs, ...started] }, given),
  ];
  if (problems.length > 0) {
    throw new pulumi.RunError(`the workflows would not run as they should:\n${problems.join("\n")}`);
  }
  return diagnostics;
}

/** The rights of the accounts under which pods run or events start runs: those of people do not follow from templates. */
function givenToPods(
  rights: readonly Right[],
  { staging, builder }: Pick<TrainingManifestsArgs, "staging" | "builder">,
): GivenRight[] {
  const namespaces = {
    platform: {},
    staging: { namespace: staging.namespace },
    build: { namespace: builder.namespace },
  };
  return rights
    .filter(({ serviceAccount }) => serviceAccount !== ACCOUNTS.student)
    .map(({ serviceAccount, place, rules }) => ({
      serviceAccount,
      rules,
      ...namespaces[place],
    }));
}

/** Images that a step is given as a value, and hands on or builds on: no container has them in the templates. */
function imageProblems({ trainingImage, appBaseImage, trainingCode }: TrainingManifestsArgs): string[] {
  const images = { trainingImage, appBaseImage, "trainingCode.baseImage": trainingCode.baseImage };
  return Object.entries(images).flatMap(([name, image]) =>
    typeof image !== "string" || /@sha256:[0-9a-f]{64}$/.test(image)
      ? []
      : [`${name}: the image ${image} has no digest\n    fix: write it as name@sha256:…`],
  );
}

function rightsProblems({ needs, unknown }: RightsNeeded, given: readonly GivenRight[]): string[] {
  const { missing, excess } = compareRights(needs, given);
  const fix = "\n    fix: change RIGHTS in components/rbac/rights.ts";
  return [
    ...unknown.map((each) => `rights: ${each}`),
    ...missing.map(
      (each) => `rights: a template needs a right that its account does not have, ${each}${fix}`,
    ),
    ...excess.map((each) => `rights: no template needs a right that an account has, ${each}${fix}`),
  ];
}
