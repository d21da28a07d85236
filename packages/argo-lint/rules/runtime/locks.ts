import { type RuleDiagnostic, unsupported, error } from "../../objects/diagnostic";
import type { Template, WorkflowObject } from "../../objects/workflow-object";
import type { WorkflowSet } from "../../objects/workflow-set";
import { reachFrom, reachOfRun } from "../../flow/reach";
import type { Node } from "../../objects/node";
import { literal } from "../../expressions/tags";

/**
 * What holds a mutex does not wait for something that needs the same one: the workflow, and every template of steps or
 * a DAG, holds its own until all that it runs has ended. Argo has no end to such a wait.
 */
export function* locks(object: WorkflowObject, set: WorkflowSet): Generator<RuleDiagnostic> {
  const source = set.source(object).object;
  const held = locksOf(object.spec, object);
  const ofRun = held.length > 0 || source === undefined ? held : locksOf(source.spec, object);
  if (ofRun.length > 0) {
    yield* waits(ofRun, reachOfRun(object, set), set, "the workflow");
  }
  yield* named(object.spec);
  yield* repeated(held);
  for (const template of set.templatesOf(object)) {
    yield* named(template.node);
    yield* repeated(locksOf(template.node, object));
    if (template.type !== "steps" && template.type !== "dag") continue;
    const own = locksOf(template.node, object);
    if (own.length === 0) continue;
    const inside = new Set(reachFrom([template], set, { hooks: true }));
    inside.delete(template);
    yield* waits(own, inside, set, `the template ${template.name ?? "inline"}`);
  }
}

function* repeated(held: readonly Lock[]): Generator<RuleDiagnostic> {
  const keys = held.map(({ key }) => key);
  for (const [index, { node, key }] of held.entries()) {
    if (keys.indexOf(key) === index) continue;
    yield error("lock", node, "the lock is named twice here, and Argo fails what needs it", "name it once");
  }
}

/** A lock has a name, and a semaphore one place for its limit: Argo fails what needs it otherwise. */
function* named(holder: Node): Generator<RuleDiagnostic> {
  const synchronization = holder.at("synchronization");
  for (const mutex of [synchronization.at("mutex"), ...synchronization.at("mutexes").items]) {
    if (!mutex.isObject || !mutex.at("name").isEmpty) continue;
    yield error("lock", mutex, "the mutex has no name, and Argo fails what needs it", "add name");
  }
  for (const semaphore of [synchronization.at("semaphore"), ...synchronization.at("semaphores").items]) {
    if (!semaphore.isObject) continue;
    const places = ["configMapKeyRef", "database"].filter((key) => semaphore.at(key).exists);
    const [place] = places;
    const fields = place === "database" ? ["key"] : ["name", "key"];
    const missing = fields.filter((key) => place !== undefined && semaphore.in(place, key).isEmpty);
    const reason =
      places.length === 1
        ? missing.map((key) => `no ${key}`).join(" and ")
        : `${places.length} places for its limit`;
    if (reason === "") continue;
    const fix = "give it configMapKeyRef with name and key, or database with key";
    yield error("lock", semaphore, `the semaphore has ${reason}, and Argo fails what needs it`, fix);
  }
}

interface Lock {
  readonly node: Node;
  readonly key: string;
  /** False for a semaphore, whose limit stands elsewhere. */
  readonly isMutex: boolean;
}

function* waits(
  held: readonly Lock[],
  inside: ReadonlySet<Template>,
  set: WorkflowSet,
  holder: string,
): Generator<RuleDiagnostic> {
  for (const template of inside) {
    const wanted = [
      ...locksOf(template.node, template.home),
      // A run that is waited for.
      ...(template.node.in("resource", "successCondition").exists
        ? set.workflowsOf(template).flatMap((child) => locksOf(child.spec, child))
        : []),
    ];
    for (const { node, key, isMutex } of held) {
      const isSame = wanted.some((each) => each.key === key);
      if (isSame && !isMutex) {
        const message = `${holder} holds the semaphore while it waits for ${template.name ?? "an inline template"}, which needs the same one: with a limit of 1 the run hangs`;
        yield unsupported("lock", node, message);
      } else if (isSame) {
        yield error(
          "lock",
          node,
          `${holder} holds the mutex while it waits for ${template.name ?? "an inline template"}, which needs the same one: the run hangs`,
          "lock it in one of the two places only, or use two mutexes",
        );
      }
    }
  }
}

function locksOf(holder: Node, object: WorkflowObject): Lock[] {
  const synchronization = holder.at("synchronization");
  const mutexes = [synchronization.at("mutex"), ...synchronization.at("mutexes").items];
  const semaphores = [synchronization.at("semaphore"), ...synchronization.at("semaphores").items];
  const lock = (node: Node, name: string | undefined, isMutex: boolean): Lock[] => {
    const namespace = literal(node.at("namespace")) ?? object.namespace ?? "";
    return name === undefined ? [] : [{ node, key: JSON.stringify([isMutex, namespace, name]), isMutex }];
  };
  return [
    ...mutexes.flatMap((node) => {
      const name = literal(node.at("name"));
      return lock(node, name && `${node.at("database").value === true ? "database " : ""}${name}`, true);
    }),
    ...semaphores.flatMap((node) => {
      const [map, table] = [node.at("configMapKeyRef"), node.at("database")];
      const place = map.exists
        ? [literal(map.at("name")), literal(map.at("key"))]
        : [literal(table.at("key"))];
      return lock(node, place.includes(undefined) ? undefined : place.join("/"), false);
    }),
  ];
}
