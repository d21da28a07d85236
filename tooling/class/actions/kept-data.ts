/** Whether data of a class stays: the settings say what is meant to, the stacks' states what does. */
import pMap from "p-map";
import { type ClassContext, stackNamed } from "../class-context";
import { effectiveSettings } from "../class-settings";
import { hasGoingData, hasStayingData } from "../../live/objects/stack-remains";

type Keeping = Pick<ClassContext, "name" | "files" | "runner">;

/** Whether the data of a student, or of the base, is meant to stay, by the class's settings and the roster. */
export const isToStay = (context: Pick<Keeping, "name" | "files">, name: string): boolean =>
  effectiveSettings(context.files.textOf(stackNamed(context, name))).keepData === true;

/**
 * Whether the data of a student, or of the base, stays when the stack is destroyed. A stack that is there says it itself:
 * a setting counts from the next `up` on, and who has left the roster has none.
 */
export async function stays(context: Keeping, name: string): Promise<boolean> {
  const stack = stackNamed(context, name);
  if (!(await context.runner.stacks()).includes(stack)) return isToStay(context, name);
  return hasStayingData(await context.runner.objects(stack));
}

/**
 * Makes sure that what is meant to stay would stay.
 *
 * @param names Students, and `base`.
 * @throws Error that names those whose stack would take its data along
 */
export async function requireStaying(
  context: Keeping & Pick<ClassContext, "parallel">,
  names: readonly string[],
): Promise<void> {
  const losing = await pMap(
    names.filter((name) => isToStay(context, name)),
    async (name) => (hasGoingData(await context.runner.objects(stackNamed(context, name))) ? [name] : []),
    { concurrency: context.parallel },
  );
  const all = losing.flat();
  if (all.length === 0) return;
  throw new Error(
    `gourmetgram:keepData is true for ${all.join(", ")}, but the stack does not know it yet: the data would be ` +
      "deleted\n  remedy: npm run class -- up --roster FILE, then the same command again; to give the data up, set keepData to false",
  );
}
