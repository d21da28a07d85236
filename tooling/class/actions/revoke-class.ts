import { ACCESS_TARGET } from "../../../components/class";
import { type ClassContext, stackOf } from "../class-context";
import type { Outcome } from "../runner/outcome";
import { type ClassTask, runClass } from "../runner/run-class";

/** Ends the access of the asked students to the cluster. Their labs and data stay as they are. */
export async function revokeClass(context: ClassContext): Promise<Outcome[]> {
  return runClass(
    context.selected.map((student) => revokeTask(context, student)),
    context,
  );
}

function revokeTask({ name, runner, signal }: ClassContext, student: string): ClassTask {
  const stack = stackOf({ name }, student);
  return {
    student,
    run: async (step) => {
      if (!(await runner.stacks()).includes(stack)) throw new Error(`there is no stack ${stack}`);
      step("ending access");
      const changes = await runner.destroy(stack, { step, signal }, ACCESS_TARGET);
      if ((changes["delete"] ?? 0) === 0) {
        throw new Error(
          `the stack ${stack} has given out no kubeconfig since it was last revoked\n` +
            `  fix: npm run class -- up --roster FILE --only ${student} gives out one that can be revoked`,
        );
      }
      return `access revoked; class up --only ${student} gives out another kubeconfig`;
    },
  };
}
