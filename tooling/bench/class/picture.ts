import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { ClassScale, ClassStage } from "./scale";

type Line = readonly [name: string, value: (stage: ClassStage) => number];

const TIMES: readonly Line[] = [
  ["up, for each", ({ create }) => create],
  ["up, one of them", ({ createOne }) => createOne.median],
  ["update of one", ({ update }) => update],
  ["preview of one", ({ preview }) => preview.median],
  ["down, for each", ({ destroy }) => destroy],
];

const MEMORY: readonly Line[] = [
  ["whole lab", ({ labMemory }) => labMemory / 1024],
  ["students' pods", ({ studentMemory, students }) => (studentMemory * students) / 1024],
];

/** The figures as a picture: time and memory over the number of students. */
export async function scalePicture({ stages }: ClassScale): Promise<string> {
  const panel = (title: string, unit: string, lines: readonly Line[]) => ({
    title,
    width: 320,
    height: 240,
    data: {
      values: stages.flatMap((stage) =>
        lines.map(([name, value]) => ({ students: stage.students, name, value: value(stage) })),
      ),
    },
    mark: { type: "line" as const, point: true },
    encoding: {
      x: { field: "students", type: "quantitative" as const, axis: { tickMinStep: 1 } },
      y: { field: "value", type: "quantitative" as const, title: unit, scale: { zero: true } },
      color: { field: "name", type: "nominal" as const, title: null, sort: lines.map(([name]) => name) },
    },
  });
  const spec: TopLevelSpec = {
    background: "white",
    hconcat: [panel("Time", "seconds", TIMES), panel("Memory", "GiB", MEMORY)],
    resolve: { scale: { color: "independent" } },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
