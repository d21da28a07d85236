import { type Remark, wrong } from "../finding";
import type { TemplateNode, WorkflowObject } from "../objects";
import type { ProofSet } from "../proof-set";
import { exitHandlers, hooked, reachFrom } from "../reach";
import type { Spot } from "../spot";
import { literal } from "../tags";

/**
 * What holds a mutex does not wait for something that needs the same one: the workflow, and every template of steps or
 * a DAG, holds its own until all that it runs has ended. Argo has no end to such a wait.
 */
export function* locks(object: WorkflowObject, set: ProofSet): Generator<Remark> {
  const first = set.entrypoint(object);
  const source = set.source(object).object;
  const held = mutexesOf(object.spec, object);
  const own = held.length > 0 || source === undefined ? held : mutexesOf(source.spec, object);
  const started = [
    ...(first === undefined ? [] : [first]),
    ...exitHandlers(object, set),
    ...hooked(object.spec, object, set),
  ];
  if (own.length > 0) {
    yield* waits(own, reachFrom(started, set, { hooks: true }), set, "the workflow");
  }
  for (const template of set.templatesOf(object)) {
    if (template.type !== "steps" && template.type !== "dag") continue;
    const mutexes = mutexesOf(template.spot, object);
    if (mutexes.length === 0) continue;
    const inside = new Set(reachFrom([template], set, { hooks: true }));
    inside.delete(template);
    yield* waits(mutexes, inside, set, `the template ${template.name ?? "inline"}`);
  }
}

interface Mutex {
  readonly spot: Spot;
  readonly key: string;
}

function* waits(
  held: readonly Mutex[],
  inside: ReadonlySet<TemplateNode>,
  set: ProofSet,
  holder: string,
): Generator<Remark> {
  for (const template of inside) {
    const wanted = [
      ...mutexesOf(template.spot, template.home),
      // A run that is waited for.
      ...(template.spot.in("resource", "successCondition").exists
        ? set.workflowsOf(template).flatMap((child) => mutexesOf(child.spec, child))
        : []),
    ];
    for (const { spot, key } of held) {
      if (wanted.some((each) => each.key === key)) {
        yield wrong(
          "lock",
          spot,
          `${holder} holds the mutex while it waits for ${template.name ?? "an inline template"}, which needs the same one: the run hangs`,
          "take it in one of the two places only, or name two mutexes",
        );
      }
    }
  }
}

function mutexesOf(holder: Spot, object: WorkflowObject): Mutex[] {
  const synchronization = holder.at("synchronization");
  return [synchronization.at("mutex"), ...synchronization.at("mutexes").items].flatMap((spot) => {
    const name = literal(spot.at("name"));
    const namespace = literal(spot.at("namespace")) ?? object.namespace ?? "";
    const database = spot.at("database").value === true ? "database" : "";
    return name === undefined ? [] : [{ spot, key: `${database}/${namespace}/${name}` }];
  });
}
