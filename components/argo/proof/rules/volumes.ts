import { containersOf } from "../containers";
import { type Remark, unjudged, wrong } from "../finding";
import type { WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import type { Spot } from "../spot";
import { literal } from "../tags";

/** Volumes that are mounted are declared, by the template or by its workflow, and claims can be made. */
export function* volumes(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  yield* claims(object.spec.at("volumeClaimTemplates"));
  const source = set.source(object).object;
  const shared = [object, ...(source === undefined ? [] : [source])].flatMap((each) => [
    ...each.volumeNames,
    ...names(each.spec.in("templateDefaults", "volumes")),
  ]);
  const patched = object.spec.at("podSpecPatch").exists;
  for (const template of set.templatesOf(object)) {
    const declared = new Set([...shared, ...names(template.spot.at("volumes"))]);
    const mounts = [...containersOf(template), template.spot.at("containerSet")].flatMap((container) => [
      ...container.at("volumeMounts").items,
      ...container.at("volumeDevices").items,
    ]);
    for (const mount of mounts) {
      const name = literal(mount.at("name"));
      if (name === undefined || declared.has(name)) continue;
      yield object.isLibrary || patched || template.spot.at("podSpecPatch").exists
        ? unjudged(
            "volume",
            mount,
            `the volume ${name} has to come from the workflow that uses this template`,
          )
        : wrong("volume", mount, `the volume ${name} is not declared`, "declare it under volumes");
    }
  }
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
