import { availableParallelism } from "node:os";

/** How many stacks are worked on at the same time unless it is said: each keeps about a core busy. */
export const DEFAULT_PARALLEL = Math.min(8, availableParallelism());
