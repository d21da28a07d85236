import { type Call, needsOf, stepGroups, tasks } from "./calls";
import { atoms, canBe, type Depends, OUTCOMES, type Outcome } from "../expressions/depends";
import type { Template } from "../objects/workflow-object";

/** A step or task with what has ended when it begins. */
export interface OrderedCall {
  readonly call: Call;
  /** The calls that have ended, were skipped or were omitted before this one, by name. */
  readonly before: ReadonlyMap<string, Call>;
}

/** The order in which a template runs others. */
export interface CallGraph {
  readonly order: readonly OrderedCall[];
  /** All calls by name: what the template's own outputs can refer to. */
  readonly all: ReadonlyMap<string, Call>;
  /**
   * Whether the consumer can run although the producer was skipped.
   *
   * @param consumer Undefined for the template's own outputs, which are read whatever was skipped.
   * @returns undefined if that is not known
   */
  canMiss(producer: Call, consumer: Call | undefined): boolean | undefined;
  /**
   * Whether the consumer can run although the producer has failed.
   *
   * @param consumer Undefined for the template's own outputs, which are read when the template has succeeded.
   * @returns undefined if that is not known
   */
  canFail(producer: Call, consumer: Call | undefined): boolean | undefined;
}

/** The flow of a template of steps or of a DAG; undefined for every other one. */
export function callGraphOf(template: Template): CallGraph | undefined {
  return template.type === "steps"
    ? graphOfSteps(template)
    : template.type === "dag"
      ? graphOfTasks(template)
      : undefined;
}

function byName(calls: readonly Call[]): Map<string, Call> {
  return new Map(calls.flatMap((call) => (call.name === undefined ? [] : [[call.name, call]])));
}

/** Whether others go on although the call has failed. */
function goesOn({ node }: Call): boolean {
  return ["failed", "error"].some((key) => node.in("continueOn", key).value === true);
}

function hasWhen({ node }: Call): boolean {
  const when = node.at("when").text?.trim() ?? "";
  return when !== "" && when !== "true";
}

function graphOfSteps(template: Template): CallGraph {
  const groups = stepGroups(template);
  const order: OrderedCall[] = [];
  let before: ReadonlyMap<string, Call> = new Map();
  for (const group of groups) {
    for (const call of group) {
      order.push({ call, before });
    }
    before = new Map([...before, ...byName(group)]);
  }
  return {
    order,
    all: before,
    canMiss: (producer) => hasWhen(producer),
    canFail: (producer) => goesOn(producer),
  };
}

function graphOfTasks(template: Template): CallGraph {
  const calls = tasks(template);
  const all = byName(calls);
  const needs = new Map(calls.map((call) => [call, needsOf(call)]));
  const ancestors = (call: Call, found = new Map<string, Call>()): Map<string, Call> => {
    for (const name of needs.get(call)?.names ?? []) {
      const needed = all.get(name);
      if (needed !== undefined && !found.has(name)) {
        found.set(name, needed);
        ancestors(needed, found);
      }
    }
    return found;
  };
  const state = (name: string): TaskState => {
    const call = all.get(name);
    return {
      condition: call && needs.get(call)?.condition,
      skippable: call !== undefined && hasWhen(call),
    };
  };
  /** Whether the consumer can run after one of these outcomes of the producer. */
  const canRun = (consumer: Call, producer: Call, outcomes: readonly Outcome[]): boolean | undefined => {
    const answers = outcomes.map((each) => canRunAfter(consumer, producer.name ?? "", each, state));
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
  };
  return {
    order: calls.map((call) => ({ call, before: ancestors(call) })),
    all,
    canMiss: (producer, consumer) => {
      const ways: Outcome[] = [
        ...(hasWhen(producer) ? ["Skipped" as const] : []),
        ...(canBeOmitted(needs.get(producer)?.condition) ? ["Omitted" as const] : []),
      ];
      if (consumer === undefined) {
        // Read after the DAG has succeeded. An omitted task usually follows a failed one, then nothing is read.
        return hasWhen(producer);
      }
      return canRun(consumer, producer, ways);
    },
    canFail: (producer, consumer) => {
      // A DAG in which a task has failed fails, unless another one has taken care of it, which is not followed here.
      if (consumer === undefined) return goesOn(producer);
      const condition = needs.get(consumer)?.condition;
      const isNear = needs.get(consumer)?.names.includes(producer.name ?? "") === true;
      if (goesOn(producer) && isNear) return true;
      return condition === undefined ? false : canRun(consumer, producer, ["Failed", "Errored"]);
    },
  };
}

/** Only conditions that name outcomes leave a task out in a DAG that goes on. */
function canBeOmitted(condition: Depends | undefined): boolean {
  return condition !== undefined && atoms(condition).some(({ result }) => result !== undefined);
}

interface TaskState {
  readonly condition: Depends | undefined;
  readonly skippable: boolean;
}

function canRunAfter(
  consumer: Call,
  producer: string,
  way: Outcome,
  task: (name: string) => TaskState,
): boolean | undefined {
  const known = new Map<string, readonly Outcome[]>([[producer, [way]]]);
  let open = false;
  const runs = (wanted: boolean, condition: Depends | undefined): boolean => {
    const answer = condition === undefined ? undefined : canBe(wanted, condition, possible);
    open ||= answer === undefined;
    return answer ?? true;
  };
  const possible = (name: string): readonly Outcome[] => {
    const found = known.get(name);
    if (found !== undefined) return found;
    // While it is looked up, and in a cycle, anything is possible.
    known.set(name, OUTCOMES);
    const { condition, skippable } = task(name);
    const outcomes: Outcome[] = [
      ...(runs(true, condition) ? (["Succeeded", "Failed", "Errored", "Daemoned"] as const) : []),
      ...(skippable ? (["Skipped"] as const) : []),
      ...(runs(false, condition) ? (["Omitted"] as const) : []),
    ];
    known.set(name, outcomes);
    return outcomes;
  };
  const answer = runs(true, task(consumer.name ?? "").condition);
  return answer && open ? undefined : answer;
}
