import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "./checkout";

const FOLDER = join(checkout, "test", "fixtures", "workflows");

/** How a run ends. */
export type RunEnd = "succeeds" | "fails" | "hangs";

/** What a CronWorkflow of every minute does within one. Argo tells in its log alone why it starts nothing. */
export type ScheduleEnd = "starts" | "starts nothing" | "stays suspended";

/** Small workflows with a known verdict. */
export interface Case {
  /** File and name. */
  readonly title: string;
  readonly file: string;
  /** `right`, or a severity and a rule. */
  readonly verdict: string;
  /** What `argo lint --offline` says. */
  readonly argo: "accepts" | "refuses";
  /** How it ends on a live Argo, and what a schedule does there; undefined if it is not run. */
  readonly run?: RunEnd | ScheduleEnd;
  /** How it ends as a stored template that a run refers to, if otherwise: the controller validates less of that. */
  readonly referenced?: RunEnd;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
}

/** The cases of all files, in order. */
export function collection(): Case[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => {
      const cases = parse(readFileSync(join(FOLDER, file), "utf8")) as (Omit<Case, "title" | "file"> & {
        name: string;
      })[];
      return cases.map(({ name, objects, ...rest }) => ({
        ...rest,
        title: `${file}: ${name}`,
        file,
        objects: objects.map((object) => ({
          apiVersion: "argoproj.io/v1alpha1",
          metadata: { name: "tried" },
          ...object,
        })),
      }));
    });
}
