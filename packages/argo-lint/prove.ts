import type { Finding } from "./finding";
import { ProofSet } from "./objects/proof-set";
import type { Rule } from "./rules/rule";
import { passedToTemplates, passedToWorkflow } from "./rules/arguments";
import { conditions } from "./rules/conditions";
import { containerSets } from "./rules/container-sets";
import { deadlines } from "./rules/deadlines";
import { forms } from "./rules/forms";
import { dependencies, recursion } from "./rules/graph";
import { endings, images, resources } from "./rules/house";
import { limits } from "./rules/limits";
import { locks } from "./rules/locks";
import { references as outputs } from "./rules/outputs";
import { removed } from "./rules/removed";
import { schedules } from "./rules/schedules";
import { skipped } from "./rules/skipped";
import { entrypoint, kinds, names, references, templates } from "./rules/structure";
import { volumes } from "./rules/volumes";

/** What is judged, and on what terms. */
export interface ProofOptions {
  /**
   * True if the objects are all that there is: a reference to anything else is then a mistake, and not only beyond
   * judgement.
   *
   * @default false
   */
  readonly closed?: boolean;
  /**
   * True asks every container for requests, limits and an image with its digest, and every exit handler for a deadline
   * too: not what makes a workflow correct, but what makes it one of this house.
   *
   * @default false
   */
  readonly house?: boolean;
  /** Images that need no digest, as they stand in the workflows. @default none */
  readonly imagesWithoutDigest?: readonly string[];
}

const CORRECTNESS: readonly Rule[] = [
  names,
  entrypoint,
  templates,
  forms,
  references,
  passedToTemplates,
  passedToWorkflow,
  outputs,
  skipped,
  conditions,
  dependencies,
  recursion,
  containerSets,
  volumes,
  limits,
  locks,
  deadlines,
  schedules,
  removed,
  kinds,
];

/**
 * Judges workflows without running them: Workflow, WorkflowTemplate, ClusterWorkflowTemplate and CronWorkflow, as
 * plain objects. Several are judged together, so that what one refers to in another is looked up there; objects of
 * other kinds are passed over.
 *
 * Values that are no plain data, such as outputs of other resources, count as not known yet and are never wrong.
 *
 * @returns what was found, in the order of the objects, each finding once
 */
export function prove(objects: readonly unknown[], options: ProofOptions = {}): Finding[] {
  const set = new ProofSet(objects, { closed: options.closed ?? false });
  const rules =
    options.house === true
      ? [...CORRECTNESS, resources, endings, images(options.imagesWithoutDigest ?? [])]
      : CORRECTNESS;
  const findings = new Map<string, Finding>();
  for (const object of set.objects) {
    const unreadable = set.unreadable.filter((each) => each.object === object).map(({ remark }) => remark);
    for (const remark of [...unreadable, ...rules.flatMap((rule) => [...rule(object, set)])]) {
      const { spot, rule, severity, message, remedy } = remark;
      const title = object.creator === undefined ? object.title : outermost(object.creator.home).title;
      const where = `${title} ${spot.label}`.trim();
      findings.set(`${object.index} ${rule} ${where} ${message}`, {
        rule,
        severity,
        object: object.index,
        where,
        path: spot.path,
        message,
        remedy,
      });
    }
  }
  return [...findings.values()].sort((a, b) => a.object - b.object);
}

function outermost(object: ProofSet["objects"][number]): ProofSet["objects"][number] {
  return object.creator === undefined ? object : outermost(object.creator.home);
}
