import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labOutputs } from "../../engine/stack/outputs";
import { type ClassContext, stackOf } from "../class-context";
import { studentPage } from "./student-page";
import type { Outcome } from "../runner/outcome";
import { runClass } from "../runner/run-class";
import { silentClassDisplay } from "./class-display";

/** Writes a page for each student into a folder, and beside it the kubeconfig that only its owner may read. */
export function writePages(context: ClassContext, folder: string, now = new Date()): Promise<Outcome[]> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const tasks = context.selected.map((student) => ({
    student,
    run: async () => {
      const found = await context.runner.outputs(stackOf(context, student));
      if (found === undefined) throw new Error("there is no stack yet: run up");
      const outputs = labOutputs(found);
      const config = kubeconfigText(found["studentKubeconfig"]);
      const kubeconfig = config === undefined ? undefined : `${student}.kubeconfig`;
      const pushPassword = (found["appRepositoryPassword"] ?? null) as string | null;
      const page = join(folder, `${student}.md`);
      // The page has the password, so it is as private as the kubeconfig.
      writePrivate(page, studentPage({ student, outputs, kubeconfig, pushPassword, now }));
      if (config !== undefined && kubeconfig !== undefined) writePrivate(join(folder, kubeconfig), config);
      return page;
    },
  }));
  return runClass(tasks, { ...context, display: silentClassDisplay });
}

function kubeconfigText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  // The mode above is for new files only.
  chmodSync(file, 0o600);
}
