import { bytesText } from "../../../components/kubernetes";
import { type ClassContext, stackNamed } from "../class-context";
import type { StudentGlance } from "../cluster/class-cluster";
import { runClass } from "../runner/run-class";
import { silentClassDisplay } from "../view/class-display";
import type { StackState } from "../runner/stack-runner";
import { textTable } from "../view/table";
import { minuteOf } from "../../support/times";

/** How it stands with one stack. */
export interface StudentStatus {
  /** The student, or `base`. */
  readonly student: string;
  /** `null` where there is no stack. */
  readonly stack: StackState | null;
  /** `null` for the base, and where the cluster does not answer. */
  readonly cluster: StudentGlance | null;
  /** Bytes of images in the class's registry; `null` where there are none, and where it is not known. */
  readonly registryBytes: number | null;
}

/** Looks at all stacks of the class. */
export async function statusOfClass(context: ClassContext): Promise<StudentStatus[]> {
  const { cluster, runner } = context;
  const found = new Map<string, StudentStatus>();
  const measured = context.registry.spaces().catch(() => new Map<string, number>());
  const look = (student: string, stack: string) => ({
    student,
    run: async () => {
      const state = (await runner.state(stack)) ?? null;
      const glance = student === "base" ? null : await cluster.glance(student).catch(() => null);
      const registryBytes = (await measured).get(student) ?? null;
      found.set(student, { student, stack: state, cluster: glance, registryBytes });
      return "";
    },
  });
  const names = ["base", ...context.selected];
  const outcomes = await runClass(
    names.map((name) => look(name, stackNamed(context, name))),
    { ...context, display: silentClassDisplay },
  );
  const failed = outcomes.find(({ result }) => result !== "done");
  if (failed !== undefined)
    throw new Error(`the state of ${failed.student} cannot be read: ${failed.detail}`);
  return names.map((name) => found.get(name)).filter((each) => each !== undefined);
}

/** Whether the student's stack, or the base's, is up as far as can be seen. */
export function isUp({ student, stack, cluster }: StudentStatus): boolean {
  const updated = stack?.lastUpdate?.kind === "update" && stack.lastUpdate.result === "succeeded";
  return (
    updated &&
    (student === "base" || (cluster !== null && cluster.pods > 0 && cluster.ready === cluster.pods))
  );
}

/** A line for each student. */
export function statusText(statuses: readonly StudentStatus[]): string {
  const rows = statuses.map(({ student, stack, cluster, registryBytes }) => [
    student,
    stack === null ? "no stack" : `${stack.resources} resources`,
    stack?.lastUpdate === undefined
      ? ""
      : `${stack.lastUpdate.kind} ${stack.lastUpdate.result} ${minuteOf(stack.lastUpdate.at)}`,
    cluster === null ? "" : `${cluster.ready}/${cluster.pods}`,
    cluster?.lastRun === undefined
      ? ""
      : `${cluster.lastRun.name} ${cluster.lastRun.phase} ${minuteOf(cluster.lastRun.at)}`,
    registryBytes === null ? "" : bytesText(registryBytes),
    stack?.locked === true ? "locked" : "",
  ]);
  return textTable(["student", "stack", "last update", "pods", "last run", "registry", ""], rows);
}
