/** What can be measured, in the order in which it is printed. */
export const PARTS = ["up", "memory", "proof", "preview", "pipeline", "class", "faults", "soak"] as const;
export type Part = (typeof PARTS)[number];
