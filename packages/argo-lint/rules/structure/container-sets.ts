import { containersOfSet } from "../../objects/containers";
import { type RuleDiagnostic, error } from "../../objects/diagnostic";
import { cycleOf } from "../../flow/cycles";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/** The name of a container in a pod. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Containers that Argo adds to each pod. */
const ARGOS_OWN: readonly string[] = ["init", "wait"];

/** The containers of a set have names, wait for each other in no cycle, and one of them yields the outputs. */
export function* containerSets(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  for (const template of set.templatesOf(object)) {
    if (template.type !== "containerSet") continue;
    const containers = containersOfSet(template);
    yield* named(template, containers);
    yield* waiting(template, containers);
    yield* main(template, containers);
    yield* mounts(template, containers);
  }
}

function* named(template: Template, containers: readonly Node[]): Generator<RuleDiagnostic> {
  if (containers.length === 0) {
    yield error("template", template.node.at("containerSet"), "the set has no container", "add containers");
  }
  const seen = new Set<string>();
  for (const container of containers) {
    const node = container.at("name");
    const name = literal(node);
    if (!node.exists) {
      yield error("template", container, "the container has no name", "add name");
    } else if (name !== undefined && !NAME.test(name)) {
      const fix = "use small letters, digits and hyphens, 63 at most";
      yield error("template", node, `"${name}" is not a container name`, fix);
    } else if (name !== undefined && (seen.has(name) || ARGOS_OWN.includes(name))) {
      const other = ARGOS_OWN.includes(name) ? "a container that Argo adds" : "another container";
      yield error("template", node, `${other} has the name ${name}`, "rename the container");
    }
    seen.add(name ?? "");
  }
}

function* waiting(template: Template, containers: readonly Node[]): Generator<RuleDiagnostic> {
  const names = containers.flatMap((each) => each.at("name").text ?? []);
  const needs = (container: Node): string[] =>
    container.at("dependencies").items.flatMap(({ text }) => text ?? []);
  for (const container of containers) {
    for (const need of needs(container).filter((each) => !names.includes(each))) {
      yield error(
        "dependency",
        container.at("dependencies"),
        `there is no container ${need} in this set`,
        `name one of ${names.join(", ")}`,
      );
    }
  }
  const cycle = cycleOf(names, (name) =>
    containers.filter((each) => each.at("name").text === name).flatMap(needs),
  );
  if (cycle !== undefined) {
    yield error(
      "dependency",
      template.node.at("containerSet"),
      `containers wait for each other: ${cycle.join(" waits for ")}`,
      "remove one of these dependencies",
    );
  }
}

/** Argo reads outputs, and puts artifacts, where the container of this name is, and nowhere else. */
function* main({ node }: Template, containers: readonly Node[]): Generator<RuleDiagnostic> {
  const needed = [
    node.in("inputs", "artifacts"),
    node.in("outputs", "parameters"),
    node.in("outputs", "artifacts"),
  ].find(({ items }) => items.length > 0);
  if (needed !== undefined && !containers.some((each) => each.at("name").text === "main")) {
    yield error(
      "output",
      needed,
      "only a container named main has outputs and gets artifacts, and there is none",
      "name the last container main",
    );
  }
}

/** A path has one volume, and the volumes of the workflow come to the pod with what the set itself mounts. */
function* mounts({ node, home }: Template, containers: readonly Node[]): Generator<RuleDiagnostic> {
  const shared = node.in("containerSet", "volumeMounts").items;
  const known = new Set([...node.at("volumes").names, ...node.in("containerSet", "volumeMounts").names]);
  // A patch of the pod may bring them.
  const patched = node.at("podSpecPatch").exists || home.spec.at("podSpecPatch").exists;
  const ofWorkflow = patched ? [] : home.volumeNames;
  for (const own of [[], ...containers.map((each) => each.at("volumeMounts").items)]) {
    const paths = new Set<string>();
    for (const mount of [...shared, ...own]) {
      const path = literal(mount.at("mountPath"))?.replace(/\/+$/, "");
      if (path === undefined) continue;
      if (paths.has(path)) {
        yield error("volume", mount, `${path} is mounted twice`, "mount it at another path");
      }
      paths.add(path);
    }
    for (const mount of own) {
      const name = literal(mount.at("name"));
      if (name === undefined || known.has(name) || !ofWorkflow.includes(name)) continue;
      yield error(
        "volume",
        mount,
        `the volume ${name} of the workflow is not added to the pod by the mount of a container alone`,
        "mount it under containerSet.volumeMounts, or declare it under volumes of the template",
      );
    }
  }
}
