import { createdAt, nameOf, type Workflow } from "./workflow";

/** A run with the runs that it has started. */
export interface Family {
  readonly run: Workflow;
  /** In the order in which they were created. */
  readonly children: readonly Workflow[];
}

/** There is no run of that name: it never was, or it has been deleted. */
export class NoSuchRun extends Error {
  constructor(name: string, namespace: string) {
    super(`there is no workflow ${name} in ${namespace} (runs are deleted a day after their end)`);
    this.name = "NoSuchRun";
  }
}

/** Whether the run was started by the other one, which owns it. */
export function ownedBy(run: Workflow, owner: Workflow): boolean {
  return (
    run.metadata.ownerReferences?.some(
      ({ uid, kind }) => uid === owner.metadata.uid && kind === "Workflow",
    ) === true
  );
}

/** The runs that the run has started and owns. */
export function childrenOf(run: Workflow, all: readonly Workflow[]): Workflow[] {
  return all.filter((each) => ownedBy(each, run)).sort((a, b) => createdAt(a) - createdAt(b));
}

/** The run of that name with its children; undefined if it is not there. */
export function familyOf(name: string, all: readonly Workflow[]): Family | undefined {
  const run = all.find((each) => nameOf(each) === name);
  return run === undefined ? undefined : { run, children: childrenOf(run, all) };
}

/** All runs of a family, the one that started the others first. */
export function runsOf({ run, children }: Family): readonly Workflow[] {
  return [run, ...children];
}
