import { containersOfSet } from "../objects/containers";
import { type Remark, wrong } from "../finding";
import { circleOf } from "../flow/graph";
import type { TemplateNode, WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";
import type { Spot } from "../objects/spot";
import { literal } from "../expressions/tags";

/** The name of a container in a pod. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Containers that Argo adds to each pod. */
const ARGOS_OWN: readonly string[] = ["init", "wait"];

/** The containers of a set have names, wait for each other in no circle, and one of them yields the outputs. */
export function* containerSets(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  for (const template of set.templatesOf(object)) {
    if (template.type !== "containerSet") continue;
    const containers = containersOfSet(template);
    yield* named(template, containers);
    yield* waiting(template, containers);
    yield* main(template, containers);
    yield* mounts(template, containers);
  }
}

function* named(template: TemplateNode, containers: readonly Spot[]): Generator<Remark> {
  if (containers.length === 0) {
    yield wrong("template", template.spot.at("containerSet"), "the set has no container", "add containers");
  }
  const seen = new Set<string>();
  for (const container of containers) {
    const spot = container.at("name");
    const name = literal(spot);
    if (!spot.exists) {
      yield wrong("template", container, "the container has no name", "add name");
    } else if (name !== undefined && !NAME.test(name)) {
      const remedy = "use small letters, digits and hyphens, 63 at most";
      yield wrong("template", spot, `"${name}" is no name of a container`, remedy);
    } else if (name !== undefined && (seen.has(name) || ARGOS_OWN.includes(name))) {
      const other = ARGOS_OWN.includes(name) ? "a container that Argo adds" : "another container";
      yield wrong("template", spot, `${other} has the name ${name}`, "rename the container");
    }
    seen.add(name ?? "");
  }
}

function* waiting(template: TemplateNode, containers: readonly Spot[]): Generator<Remark> {
  const names = containers.flatMap((each) => each.at("name").text ?? []);
  const needs = (container: Spot): string[] =>
    container.at("dependencies").items.flatMap(({ text }) => text ?? []);
  for (const container of containers) {
    for (const need of needs(container).filter((each) => !names.includes(each))) {
      yield wrong(
        "dependency",
        container.at("dependencies"),
        `there is no container ${need} in this set`,
        `name one of ${names.join(", ")}`,
      );
    }
  }
  const circle = circleOf(names, (name) =>
    containers.filter((each) => each.at("name").text === name).flatMap(needs),
  );
  if (circle !== undefined) {
    yield wrong(
      "dependency",
      template.spot.at("containerSet"),
      `containers wait for each other: ${circle.join(" waits for ")}`,
      "take one of these dependencies away",
    );
  }
}

/** Argo reads outputs, and puts artifacts, where the container of this name is, and nowhere else. */
function* main({ spot }: TemplateNode, containers: readonly Spot[]): Generator<Remark> {
  const needed = [
    spot.in("inputs", "artifacts"),
    spot.in("outputs", "parameters"),
    spot.in("outputs", "artifacts"),
  ].find(({ items }) => items.length > 0);
  if (needed !== undefined && !containers.some((each) => each.at("name").text === "main")) {
    yield wrong(
      "output",
      needed,
      "only a container with the name main has outputs and gets artifacts, and there is none",
      "call the container main that runs last",
    );
  }
}

/** A path has one volume, and the volumes of the workflow come to the pod with what the set itself mounts. */
function* mounts({ spot, home }: TemplateNode, containers: readonly Spot[]): Generator<Remark> {
  const shared = spot.in("containerSet", "volumeMounts").items;
  const volumes = spot.at("volumes").items.flatMap((each) => each.at("name").text ?? []);
  const known = new Set([...volumes, ...shared.flatMap((each) => each.at("name").text ?? [])]);
  // A patch of the pod may bring them.
  const patched = spot.at("podSpecPatch").exists || home.spec.at("podSpecPatch").exists;
  const ofWorkflow = patched ? [] : home.volumeNames;
  for (const own of [[], ...containers.map((each) => each.at("volumeMounts").items)]) {
    const paths = new Set<string>();
    for (const mount of [...shared, ...own]) {
      const path = literal(mount.at("mountPath"))?.replace(/\/+$/, "");
      if (path === undefined) continue;
      if (paths.has(path)) {
        yield wrong("volume", mount, `${path} has a volume already`, "mount it at another path");
      }
      paths.add(path);
    }
    for (const mount of own) {
      const name = literal(mount.at("name"));
      if (name === undefined || known.has(name) || !ofWorkflow.includes(name)) continue;
      yield wrong(
        "volume",
        mount,
        `the volume ${name} of the workflow does not come to the pod by the mount of a container alone`,
        "mount it under containerSet.volumeMounts, or declare it under volumes of the template",
      );
    }
  }
}
