import pMap from "p-map";
import { type Capacity, type ClassFootprint, type Footprint, footprintText, sumFootprints } from "./capacity";
import { type ClassContext, stackOf } from "../class-context";
import type { Outputs } from "../runner/stack-runner";

/** What the class asks for, and what there is for it. */
export interface ClassRoom {
  readonly footprint: ClassFootprint;
  readonly capacity: Capacity | undefined;
}

/** The output `footprint` of a stack; undefined where there is none, or the engine does not know it yet. */
export function footprintOf(outputs: Outputs | undefined): Footprint | undefined {
  const found = outputs?.["footprint"] as Partial<Footprint> | undefined;
  const known =
    typeof found?.services?.cpu === "number" &&
    typeof found.services.memory === "number" &&
    typeof found.run?.cpu === "number" &&
    typeof found.volumes === "number";
  return known ? (found as Footprint) : undefined;
}

/**
 * Sums what all students of the roster ask for: as their previews or their stacks say, else as the size has it.
 *
 * @param known Outputs that are at hand already.
 */
export async function roomFor(
  context: ClassContext,
  known: ReadonlyMap<string, Outputs> = new Map(),
): Promise<ClassRoom> {
  const stacks = await context.runner.stacks();
  const footprints = await pMap(
    context.students,
    async ({ id }) => {
      const stack = stackOf(context, id);
      const previewed = footprintOf(known.get(id));
      const said =
        previewed ?? (stacks.includes(stack) ? footprintOf(await context.runner.outputs(stack)) : undefined);
      return said ?? context.estimate(context.files.textOf(stack));
    },
    { concurrency: context.parallel },
  );
  const capacity = await context.cluster.capacity(context.students.map(({ id }) => id));
  return { footprint: sumFootprints(footprints, capacity), capacity };
}

export class NoRoom extends Error {
  constructor({ footprint, capacity }: ClassRoom) {
    super(
      `the class does not fit into the cluster:\n${footprintText(footprint, capacity)}\n` +
        "  remedy: smaller sizes or fewer students in the roster, a larger cluster, or --force to bring up what fits",
    );
    this.name = "NoRoom";
  }
}
