import type { LintRule } from "./rule";
import { deadlines } from "./runtime/deadlines";
import { deprecatedFields } from "./runtime/deprecated";
import { limits } from "./runtime/limits";
import { locks } from "./runtime/locks";
import { memoization } from "./runtime/memoization";
import { retries } from "./runtime/retries";
import { exitDeadlines, images, resources } from "./runtime/production";
import { schedules } from "./runtime/schedules";
import { artifacts } from "./structure/artifacts";
import { containerSets } from "./structure/container-sets";
import { dags } from "./structure/dags";
import { dependencies, recursion } from "./structure/dependencies";
import { fields } from "./structure/fields";
import { forms } from "./structure/forms";
import { labels } from "./structure/labels";
import { entrypoint, references, templates, uniqueNames } from "./structure/structure";
import { unsupportedParts } from "./structure/unsupported";
import { volumes } from "./structure/volumes";
import { templateArguments, workflowArguments } from "./values/arguments";
import { conditions } from "./values/conditions";
import { loops } from "./values/loops";
import { outputs } from "./values/outputs";
import { skipped } from "./values/skipped";

/** What makes a workflow correct. */
export const CORRECTNESS: readonly LintRule[] = [
  uniqueNames,
  entrypoint,
  templates,
  forms,
  fields,
  artifacts,
  labels,
  references,
  templateArguments,
  workflowArguments,
  outputs,
  skipped,
  conditions,
  loops,
  dependencies,
  dags,
  recursion,
  containerSets,
  volumes,
  limits,
  retries,
  memoization,
  locks,
  deadlines,
  schedules,
  deprecatedFields,
  unsupportedParts,
];

/** What a workflow needs besides on a shared cluster. */
export const productionRules = (imagesWithoutDigest: readonly string[]): readonly LintRule[] => [
  resources,
  exitDeadlines,
  images(imagesWithoutDigest),
];
