import type { ScenarioName } from "../../live/workflows/scenarios";
import { failedSteps, stepsOf } from "../../live/runs/run-steps";
import type { Family } from "../../live/workflows/family";
import { isOver, nameOf, type Workflow } from "../../live/workflows/workflow";
import { type CheckContext } from "../suite/check";
import { expect, expectEqual, expectWords } from "../suite/expect";
import { servedText } from "../../live/services/staging-service";
import type { LabState, Training } from "./training-runs";

/** A run that was to fail, with where the reason may be found. */
export interface Lesson {
  readonly training: Training;
  readonly look: readonly string[];
}

/**
 * Carries out the run of a lesson while a version serves in staging, and proves that it goes on serving: it is asked
 * all the while.
 */
export async function attend(context: CheckContext, scenario: ScenarioName): Promise<Lesson> {
  const { runs } = context.lab;
  await requireServing(context);
  const training = await runs.once(scenario, context);
  const look = await runs.look(training);
  expectUntouched(context, training, look);
  return { training, look };
}

/**
 * Sees to it that something serves: what there is, or the version of a normal run.
 *
 * @returns the state of the lab in which it serves
 */
export async function requireServing(context: CheckContext): Promise<LabState> {
  const { runs } = context.lab;
  const now = await runs.state();
  if (now.served !== undefined && now.stagingAlias !== undefined) return now;
  const normal = await runs.once("normal", context);
  const look = await runs.look(normal);
  expectEqual(`phase of ${nameOf(normal.run)}`, normal.run.status?.phase, "Succeeded", look);
  return normal.after;
}

/** What served before serves, and served at every moment in between; the alias of staging has not moved. */
function expectUntouched({ lab, see }: CheckContext, training: Training, look: readonly string[]): void {
  const { before, after, watched } = training;
  const { stagingAlias } = lab.outputs.registeredModel;
  const serving = servedText(before.served);
  expectEqual("what serves in staging, unless someone else trains", servedText(after.served), serving, look);
  expectEqual("every answer of staging meanwhile", watched.answers.join("; "), serving, look);
  expectEqual(`version with the alias ${stagingAlias}`, after.stagingAlias, before.stagingAlias, look);
  see(`staging answered ${watched.asked} times meanwhile, always: ${serving}`);
  see(`the alias ${stagingAlias} stays at version ${String(after.stagingAlias)}`);
}

/**
 * Carries out the run of a lesson of which a version is registered all the same, since its fault is not one that training
 * can see. The run fails, because its child fails, because one step of that fails.
 *
 * @param wordsOf What the step's message has to have, given the version.
 */
export async function learn(
  context: CheckContext,
  scenario: ScenarioName,
  step: string,
  wordsOf: (version: string) => readonly string[],
): Promise<Lesson & { readonly version: string; readonly message: string }> {
  const lesson = await attend(context, scenario);
  const version = expectRegistered(context, lesson);
  const message = expectFailureIn(context, lesson, step);
  expectWords(`a message of step ${step}`, message, wordsOf(version), lesson.look);
  return { ...lesson, version, message };
}

function expectRegistered({ see }: CheckContext, { training, look }: Lesson): string {
  const [before, after] = [training.before.registry, training.after.registry];
  const added = after.versions.filter(({ version }) => version > (before.versions.at(-1)?.version ?? 0));
  expectEqual("versions that were registered", added.length, 1, look);
  const version = String(after.alias);
  expectEqual("version with the alias of training", version, String(added[0]?.version), look);
  see(`version ${version} was registered`);
  return version;
}

/** @returns the message of the only step that failed */
function expectFailureIn({ see }: CheckContext, { training, look }: Lesson, name: string): string {
  const { run } = training;
  expectEqual(`phase of ${nameOf(run)}`, run.status?.phase, "Failed", look);
  const child = onlyChild(training, look);
  expectEqual(`phase of ${nameOf(child)}`, child.status?.phase, "Failed", look);
  const failed = failedSteps(training);
  expectEqual("steps that failed", failed.map((step) => step.name).join(", "), name, look);
  const message = failed[0]?.message;
  expect(message !== undefined, { expected: `a message of step ${name}`, seen: "none", look });
  see(`${nameOf(child)}, step ${name}: ${message}`);
  expectRestored(child, look);
  return message;
}

/** The workflow that a training has started: one and no more. */
export function onlyChild({ run, children }: Family, look: readonly string[]): Workflow {
  const [child] = children;
  expect(child !== undefined && children.length === 1, {
    expected: `one workflow that ${nameOf(run)} owns`,
    seen: children.map(nameOf).join(", ") || "none",
    look,
  });
  return child;
}

/** The exit handler has put staging back. */
function expectRestored(child: Workflow, look: readonly string[]): void {
  const restore = stepsOf(child).find((step) => step.name === "restore-staging");
  expect(isOver(child) && restore?.phase === "Succeeded", {
    expected: `step restore-staging of ${nameOf(child)} Succeeded`,
    seen: restore?.phase ?? "no such step",
    look,
  });
}
