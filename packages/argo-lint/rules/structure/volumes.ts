import { containersOf } from "../../objects/containers";
import { warning, type RuleDiagnostic, unsupported, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { reachFrom, reachOfRun } from "../../flow/reach";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/**
 * Volumes that are mounted are there, and claims can be made. Volumes and claims are those of the template and of the
 * run, never of the workflow template that a run takes a template from by `templateRef`.
 */
export function* volumes(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  yield* claims(object.spec.at("volumeClaimTemplates"));
  const ofRun = volumesOfRun(object, set);
  for (const template of set.templatesOf(object)) {
    for (const mount of unknownMounts(template, ofRun)) {
      const name = mount.at("name").text ?? "";
      const users = object.runs ? [] : callersOf(object, set);
      if (users.some((each) => volumesOfRun(each, set).has(name))) continue;
      if (object.runs || (set.options.closed && !object.isLibrary && users.length === 0)) {
        yield error("volume", mount, `the volume ${name} is not declared`, "declare it under volumes");
      } else {
        const message = `the volume ${name} must be declared by the workflow that uses this template`;
        yield unsupported("volume", mount, message);
      }
    }
  }
  if (!object.isLibrary) yield* borrowed(object, ofRun, set);
}

/** The volumes that templates of others mount, and that stay with these others. */
function* borrowed(
  object: WorkflowObject,
  ofRun: ReadonlySet<string>,
  set: WorkflowSet,
): Generator<RuleDiagnostic> {
  const source = set.source(object).object;
  for (const template of reachOfRun(object, set)) {
    const { home } = template;
    if (home === object || home === source) continue;
    for (const mount of unknownMounts(template, ofRun)) {
      const name = mount.at("name").text ?? "";
      const message =
        `the template ${template.name ?? "inline"} of ${home.title} mounts the volume ${name}, ` +
        (home.volumeNames.includes(name)
          ? "and templateRef does not bring the volumes of a workflow template along"
          : "which a run of this workflow does not have");
      const fix = `declare ${name} under volumes or volumeClaimTemplates here, or under volumes of the template`;
      // Whoever calls a workflow template may declare the volume.
      yield object.runs
        ? error("volume", object.spec, message, fix)
        : warning("volume", object.spec, `a run of it alone fails: ${message}`, fix);
    }
  }
}

/** Names of the volumes that a run of the object has for all its pods. */
function volumesOfRun(object: WorkflowObject, set: WorkflowSet): ReadonlySet<string> {
  const source = set.source(object).object;
  return new Set(
    [object, ...(source === undefined ? [] : [source])].flatMap((each) => [
      ...each.volumeNames,
      ...each.spec.in("templateDefaults", "volumes").names,
    ]),
  );
}

/** The mounts of a template's containers whose volume is neither the template's nor the run's. */
function unknownMounts(template: Template, ofRun: ReadonlySet<string>): Node[] {
  // A patch of the pod may bring any volume.
  if (template.node.at("podSpecPatch").exists || template.home.spec.at("podSpecPatch").exists) return [];
  const own = template.node.at("volumes").names;
  return [...containersOf(template), template.node.at("containerSet")]
    .flatMap((container) => [...container.at("volumeMounts").items, ...container.at("volumeDevices").items])
    .filter((mount) => {
      const name = literal(mount.at("name"));
      return name !== undefined && !ofRun.has(name) && !own.includes(name);
    });
}

const callers = new WeakMap<WorkflowSet, ReadonlyMap<WorkflowObject, readonly WorkflowObject[]>>();

/** The other objects that run this one, or take templates from it. */
function callersOf(object: WorkflowObject, set: WorkflowSet): readonly WorkflowObject[] {
  let all = callers.get(set);
  if (all === undefined) {
    const found = new Map<WorkflowObject, WorkflowObject[]>();
    for (const caller of set.objects) {
      const { object: source } = set.source(caller);
      const starts = [...set.templatesOf(caller), ...(source === undefined ? [] : set.templatesOf(source))];
      const homes = new Set([...reachFrom(starts, set, { hooks: true })].map(({ home }) => home));
      if (source !== undefined) homes.add(source);
      homes.delete(caller);
      for (const home of homes) found.set(home, [...(found.get(home) ?? []), caller]);
    }
    callers.set(set, (all = found));
  }
  return all.get(object) ?? [];
}

function* claims(list: Node): Generator<RuleDiagnostic> {
  const seen = new Set<string>();
  for (const claim of list.items) {
    const name = claim.in("metadata", "name").text;
    const missing = [
      ...(name === undefined ? ["metadata.name"] : []),
      ...(claim.in("spec", "accessModes").exists ? [] : ["spec.accessModes"]),
      ...(claim.in("spec", "resources", "requests", "storage").exists
        ? []
        : ["spec.resources.requests.storage"]),
    ];
    if (missing.length > 0) {
      yield error("volume", claim, `the claim has no ${missing.join(", ")}`, "add it: it is required");
    }
    if (name !== undefined && seen.has(name)) {
      yield error("volume", claim, `a second claim has the name ${name}`, "rename one of them");
    }
    seen.add(name ?? "");
  }
}
