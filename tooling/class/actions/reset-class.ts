import { type ClassContext, stackOf } from "../class-context";
import type { Waiting } from "../../support/until";
import { downTask } from "./down-class";
import { isToStay, stays } from "./kept-data";
import type { Outcome } from "../runner/outcome";
import { type ClassTask, runClass } from "../runner/run-class";
import { upTask } from "./up-class";

/** Takes the asked students' stacks away with their data, and brings them up again. Nobody else's is looked at. */
export async function resetClass(context: ClassContext, patience: Waiting = {}): Promise<Outcome[]> {
  return runClass(
    context.selected.map((student) => resetTask(context, student, patience)),
    context,
  );
}

function resetTask(context: ClassContext, student: string, patience: Waiting): ClassTask {
  const stack = stackOf(context, student);
  return {
    student,
    run: async (step) => {
      if (isToStay(context, student) || (await stays(context, student))) {
        throw new Error(
          "keepData keeps the data that a reset is meant to delete\n" +
            "  remedy: set keepData to false for this student, run up --only for it, then reset",
        );
      }
      await downTask(context, student, patience).run(step);
      context.signal.throwIfAborted();
      return `created again: ${await upTask(context, student, stack).run(step)}`;
    },
  };
}
