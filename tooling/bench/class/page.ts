import { cpus, totalmem } from "node:os";
import type { ClassScale, ClassStage } from "./scale";

/** What a machine is, as far as it matters for the figures. */
export interface Machine {
  readonly cores: number;
  /** GiB */
  readonly memory: number;
  readonly node: string;
}

export const thisMachine = (): Machine => ({
  cores: cpus().length,
  memory: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
  node: process.versions.node,
});

type Column = readonly [title: string, text: (stage: ClassStage) => string];

const seconds = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
const mebibytes = (value: number): string => `${Math.round(value).toLocaleString("en")} MiB`;

const COLUMNS: readonly Column[] = [
  ["students", ({ students }) => String(students)],
  ["up, for each", ({ create }) => seconds(create)],
  ["up, one of them", ({ createOne }) => seconds(createOne.median)],
  ["update of one", ({ update }) => seconds(update)],
  ["preview of one", ({ preview }) => seconds(preview.median)],
  ["down, for each", ({ destroy }) => seconds(destroy)],
  ["memory of an engine", ({ engineMemory }) => mebibytes(engineMemory)],
  ["memory of the whole lab", ({ labMemory }) => mebibytes(labMemory)],
  ["pods of a student", ({ studentMemory }) => mebibytes(studentMemory)],
  ["cores busy when idle", ({ idleCores }) => idleCores.toFixed(2)],
];

/** How much longer the last students took to come up than the first that were not alone. */
export function growthOf({ stages }: ClassScale): number {
  const first = stages.find(({ createOne }) => createOne.runs > 1) ?? stages[0];
  const last = stages.at(-1);
  return (last?.createOne.median ?? Number.NaN) / (first?.createOne.median ?? Number.NaN);
}

/** How long the class preview took, over as many of Pulumi's own previews shared out over the lanes. */
export function previewShare({ classPreview, pulumiPreview, parallel }: ClassScale): number {
  return classPreview.seconds / ((classPreview.students * pulumiPreview.median) / parallel);
}

/** The page of the documentation with the figures and their picture. */
export function scalePage(scale: ClassScale, machine: Machine, day: string): string {
  const { stages, parallel, classPreview, pulumiPreview } = scale;
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [
    row(COLUMNS.map(([title]) => title)),
    row(COLUMNS.map(() => "--:")),
    ...stages.map((stage) => row(COLUMNS.map(([, text]) => text(stage)))),
  ];
  const last = stages.at(-1);
  return `${[
    "# How a class grows on one machine",
    "Made by `npm run bench -- --only class --write`; do not edit.",
    `On ${day}, with ${machine.cores} cores and ${machine.memory} GiB of memory, Node ${machine.node}: small students were ` +
      `added until the cluster had no room for another by what their pods request, ${parallel} at the same time. ` +
      "The base was up before. **Nobody trained.**",
    "![Time and memory of a class as it grows](../images/class-scale.svg)",
    table.join("\n"),
    [
      `- A student who came last took ${growthOf(scale).toFixed(2)} times as long as those who came first side by side.`,
      `- ${classPreview.students} unchanged previews side by side, over the ${last?.students ?? 0} students: ` +
        `${seconds(classPreview.seconds)}. One \`pulumi preview\` of a student by itself, with the same policies: ${seconds(pulumiPreview.median)}. ` +
        `So the class took ${previewShare(scale).toFixed(2)} times the ${classPreview.students} previews divided by ${parallel}; ` +
        `one preview by the class command itself, alone, took ${seconds(last?.preview.median ?? Number.NaN)}.`,
      "- `up, for each` is the whole time by the number of those who were added; `up, one of them` is the median time of one, " +
        "with others in progress beside it. The first student is alone.",
      "- Memory is the sum of proportional set sizes. An engine is all that works on one stack: Pulumi's engine, its plugins, the program.",
    ].join("\n"),
  ].join("\n\n")}\n`;
}
