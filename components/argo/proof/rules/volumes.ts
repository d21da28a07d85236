import { containersOf } from "../containers";
import { doubtful, type Remark, unjudged, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import { exitHandlers, hooked, reachFrom } from "../reach";
import type { Spot } from "../spot";
import { literal } from "../tags";

/**
 * Volumes that are mounted are there, and claims can be made. Volumes and claims are those of the template and of the
 * run, never of the workflow template that a run takes a template from by `templateRef`.
 */
export function* volumes(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  yield* claims(object.spec.at("volumeClaimTemplates"));
  const ofRun = volumesOfRun(object, set);
  for (const template of set.templatesOf(object)) {
    for (const mount of unknownMounts(template, ofRun)) {
      const name = mount.at("name").text ?? "";
      if (object.runs || (set.options.closed && !object.isLibrary && !isCalled(object, set))) {
        yield wrong("volume", mount, `the volume ${name} is not declared`, "declare it under volumes");
      } else {
        const message = `the volume ${name} has to come from the workflow that uses this template`;
        yield unjudged("volume", mount, message);
      }
    }
  }
  if (!object.isLibrary) yield* borrowed(object, ofRun, set);
}

/** The volumes that templates of others mount, and that stay with these others. */
function* borrowed(object: WorkflowObject, ofRun: ReadonlySet<string>, set: ProofSet): Generator<Remark> {
  const source = set.source(object).object;
  const first = set.entrypoint(object);
  const starts = [
    ...(first === undefined ? [] : [first]),
    ...exitHandlers(object, set),
    ...hooked(object.spec, object, set),
  ];
  for (const template of reachFrom(starts, set, { hooks: true })) {
    const { home } = template;
    if (home === object || home === source) continue;
    for (const mount of unknownMounts(template, ofRun)) {
      const name = mount.at("name").text ?? "";
      const message =
        `the template ${template.name ?? "inline"} of ${home.title} mounts the volume ${name}, ` +
        (home.volumeNames.includes(name)
          ? "and the volumes of a workflow template do not come along by templateRef"
          : "which a run of this workflow does not have");
      const remedy = `declare ${name} under volumes or volumeClaimTemplates here, or under volumes of the template`;
      // Whoever calls a workflow template may declare the volume.
      yield object.runs
        ? wrong("volume", object.spec, message, remedy)
        : doubtful("volume", object.spec, `a run of it alone fails: ${message}`, remedy);
    }
  }
}

/** Names of the volumes that a run of the object has for all its pods. */
function volumesOfRun(object: WorkflowObject, set: ProofSet): ReadonlySet<string> {
  const source = set.source(object).object;
  return new Set(
    [object, ...(source === undefined ? [] : [source])].flatMap((each) => [
      ...each.volumeNames,
      ...names(each.spec.in("templateDefaults", "volumes")),
    ]),
  );
}

/** The mounts of a template's containers whose volume is neither the template's nor the run's. */
function unknownMounts(template: TemplateNode, ofRun: ReadonlySet<string>): Spot[] {
  // A patch of the pod may bring any volume.
  if (template.spot.at("podSpecPatch").exists || template.home.spec.at("podSpecPatch").exists) return [];
  const own = names(template.spot.at("volumes"));
  return [...containersOf(template), template.spot.at("containerSet")]
    .flatMap((container) => [...container.at("volumeMounts").items, ...container.at("volumeDevices").items])
    .filter((mount) => {
      const name = literal(mount.at("name"));
      return name !== undefined && !ofRun.has(name) && !own.includes(name);
    });
}

/** Whether another object that was given runs this one, or takes templates from it. */
function isCalled(object: WorkflowObject, set: ProofSet): boolean {
  return set.objects.some(
    (each) => each !== object && (set.source(each).object === object || callsInto(each, object, set)),
  );
}

function callsInto(caller: WorkflowObject, object: WorkflowObject, set: ProofSet): boolean {
  const reached = reachFrom(set.templatesOf(caller), set, { hooks: true });
  return [...reached].some(({ home }) => home === object);
}

function* claims(list: Spot): Generator<Remark> {
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
      yield wrong(
        "volume",
        claim,
        `the claim has no ${missing.join(", ")}`,
        "add it: no claim is made without",
      );
    }
    if (name !== undefined && seen.has(name)) {
      yield wrong("volume", claim, `a second claim has the name ${name}`, "rename one of them");
    }
    seen.add(name ?? "");
  }
}

function names(list: Spot): string[] {
  return list.items.flatMap((each) => each.at("name").text ?? []);
}
