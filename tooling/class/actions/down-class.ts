import { hostImagesText, NO_IMAGES } from "../../cluster/images/host-images";
import { type Leftovers, requireNothingLeft, settled } from "../../support/leftovers";
import type { Waiting } from "../../support/until";
import { baseOf, type ClassContext, stackOf, studentsWithStack } from "../class-context";
import { repositoryPrefix } from "../cluster/registry-repositories";
import { allDone, notStarted, type Outcome } from "../runner/outcome";
import { type ClassTask, runClass } from "../runner/run-class";
import { whileFreeing } from "../cluster/student-cluster";
import type { Outputs } from "../runner/stack-runner";
import { requireStaying, stays } from "./kept-data";
import { changesText } from "./up-class";

/**
 * Work that takes a student away: running workflows, the stack, the images; and proves that nothing is left.
 *
 * @param patience How long is waited for what goes by itself.
 */
export function downTask(context: ClassContext, student: string, patience: Waiting = {}): ClassTask {
  const { cluster, runner, signal } = context;
  const stack = stackOf(context, student);
  return {
    student,
    run: async (step) => {
      const keepData = await stays(context, student);
      const { listRepositories, removeRepositories } = context.registry;
      const prefix = repositoryPrefix(student);
      const exists = (await runner.stacks()).includes(stack);
      let detail = "there was no stack";
      if (exists) {
        step("ending runs");
        await cluster.terminateRuns(student);
        if (keepData) await cluster.deleteRuns(student);
        // While the base is there: its registry is asked, and it is gone with the student's password.
        if (!keepData) {
          step("removing images from the registry");
          await removeRepositories(prefix);
        }
        const destroy = () => runner.destroy(stack, { step, signal });
        const changes = await whileFreeing(() => cluster.freeHangingNamespaces(student), step, destroy);
        await runner.remove(stack);
        detail = changesText(changes);
      }
      step("looking for what is left");
      const repositories = () => listRepositories(prefix);
      const found = await settled(() => cluster.auditStudent(student, { keepData, repositories }), patience);
      return `${detail}${leftoversText(found)}`;
    },
  };
}

/** @throws Error if anything is left that should not be */
function leftoversText({ left, kept }: Leftovers): string {
  requireNothingLeft(left);
  return kept.length === 0 ? ", nothing is left" : `, kept: ${kept.join(", ")}`;
}

/**
 * Takes the students away side by side, then, unless only some were asked for, the base.
 *
 * @throws Error before anything is deleted, if that would delete data that the settings keep
 */
export async function downClass(context: ClassContext, patience: Waiting = {}): Promise<Outcome[]> {
  await requireStaying(context, [...context.selected, ...(context.only ? [] : ["base"])]);
  const tasks = context.selected.map((student) => downTask(context, student, patience));
  const students = await runClass(tasks, context);
  if (context.only) return students;
  if (!allDone(students)) {
    return [...students, notStarted("base", "it stays as long as a student's stack needs it")];
  }
  const others = studentsWithStack(context, await context.runner.stacks({ fresh: true }));
  if (others.length > 0) {
    return [...students, { ...notStarted("base", othersText(others)), remedy: othersRemedy(others) }];
  }
  return [...students, ...(await runClass([baseTask(context, patience)], context))];
}

const othersText = (others: readonly string[]): string =>
  `students who are not in the roster have a stack: ${others.join(", ")}`;

const othersRemedy = (others: readonly string[]): string =>
  `npm run class -- down --roster FILE --only ${others.join(" ")}, then the same command again`;

function baseTask(context: ClassContext, patience: Waiting): ClassTask {
  const { cluster, runner, signal } = context;
  const stack = baseOf(context);
  return {
    student: "base",
    run: async (step) => {
      const keepData = await stays(context, "base");
      let detail = "there was no stack";
      let registry: string | undefined;
      if ((await runner.stacks()).includes(stack)) {
        registry = registryOf(await runner.outputs(stack));
        detail = changesText(await runner.destroy(stack, { step, signal }));
        await runner.remove(stack);
      }
      const usedKinds = await cluster.removeBaseKinds();
      step("looking for what is left");
      const found = await settled(() => cluster.auditBase({ usedKinds, keepData }), patience);
      const images = registry === undefined ? NO_IMAGES : await context.removeHostImages(registry);
      const text = leftoversText({ ...found, left: [...found.left, ...images.left] });
      return [`${detail}${text}`, hostImagesText(images)].filter((each) => each !== "").join(", ");
    },
  };
}

/** Where the images of the base were pushed to, by its outputs. */
function registryOf(outputs: Outputs | undefined): string | undefined {
  const base = outputs?.["base"] as { registry?: { forPushing?: string } } | undefined;
  return base?.registry?.forPushing;
}
