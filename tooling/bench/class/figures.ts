import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { checkout } from "../../machine/paths";
import { type Figure, medianOf, rounded, spread } from "../figure";
import { growthOf, previewShare, scalePage, thisMachine } from "./page";
import { scalePicture } from "./picture";
import { measureClass } from "./scale";

/**
 * How many students a cluster bears, and what each costs, as figures.
 *
 * @param write whether the table and the picture go into the documentation
 */
export async function classFigures({ write }: { write: boolean }, signal: AbortSignal): Promise<Figure[]> {
  const scale = await measureClass((line) => console.error(line), signal);
  if (write) {
    const day = new Date().toISOString().slice(0, 10);
    const page = join(checkout, "docs", "reference", "class-scale.md");
    const options = { ...(await resolveConfig(page)), filepath: page };
    await writeFile(page, await format(scalePage(scale, thisMachine(), day), options));
    await writeFile(join(checkout, "docs", "images", "class-scale.svg"), await scalePicture(scale));
  }
  const last = scale.stages.at(-1);
  if (last === undefined) return [];
  const { classPreview, pulumiPreview, parallel } = scale;
  return [
    { what: "small students at the same time", value: last.students, unit: "", target: 10, atLeast: true },
    {
      what: "the last student's up against the first's",
      value: rounded(growthOf(scale), 2),
      unit: "times",
      target: 1.25,
      detail: scale.stages.map(({ students, createOne }) => `${students}: ${createOne.median} s`).join(", "),
    },
    {
      what: `preview of ${classPreview.students} against ${classPreview.students} / ${parallel} of Pulumi's`,
      value: rounded(previewShare(scale), 2),
      unit: "times",
      target: 1,
      detail: `${rounded(classPreview.seconds, 1)} s; one by Pulumi ${spread(pulumiPreview, "s")}`,
    },
    medianOf("preview of one student, by the class", last.preview, "s", 2),
    { what: "update of one student", value: rounded(last.update, 1), unit: "s" },
    { what: "down, for each student", value: rounded(last.destroy, 1), unit: "s" },
    { what: "engine, plugins and program of a stack", value: Math.round(last.engineMemory), unit: "MiB" },
    { what: "pods of a student", value: Math.round(last.studentMemory), unit: "MiB" },
    { what: `lab with ${last.students} students`, value: last.labMemory, unit: "MiB" },
    { what: "cores busy when idle", value: rounded(last.idleCores, 2), unit: "" },
  ];
}
