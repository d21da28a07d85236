import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkout } from "./checkout";

const FOLDER = join(checkout, "test", "fixtures", "workflows");

/** Small workflows with a known verdict. */
export interface Case {
  /** File and name. */
  readonly title: string;
  readonly file: string;
  /** `right`, or a severity and a rule. */
  readonly verdict: string;
  /** What `argo lint --offline` says. */
  readonly argo: "accepts" | "refuses";
  /** How it ends on a live Argo; undefined if it is not run there. */
  readonly run?: "succeeds" | "fails" | "hangs";
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
