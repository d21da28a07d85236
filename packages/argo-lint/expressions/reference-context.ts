import type { Call } from "../flow/calls";
import type { Template, WorkflowObject } from "../objects/workflow-object";

/** What can be referred to from a node in a template. */
export interface ReferenceContext {
  readonly object: WorkflowObject;
  /** The workflow's own parameters. */
  readonly workflowParameters: ReadonlySet<string>;
  /** Labels and annotations that every run has: the group, a point, and the key. */
  readonly metadata: ReadonlySet<string>;
  /** True where a run may bring further ones. */
  readonly mayGetMore: boolean;
  /** True where the run is surely still going on: what is known of its end is not there yet. */
  readonly running: boolean;
  /** True where the workflow has an exit handler under `onExit`. */
  readonly hasExit: boolean;
  /** True where the workflow has a priority. */
  readonly hasPriority: boolean;
  /** True in fields of the workflow that Argo fills in for each pod, with what is known there. */
  readonly everyPod: boolean;
  /** Outputs with a global name that are there, as `parameters.score`; undefined where not all of them are known. */
  readonly exported: ReadonlySet<string> | undefined;
  /** Those of them that are made by what has surely ended; undefined where not all of them are known. */
  readonly made: ReadonlySet<string> | undefined;
  /** Inputs and own outputs are those of these templates: an inline one also sees what is around it. */
  readonly templates: readonly Template[];
  /** How many inline templates without a name the object has. */
  readonly inlines: number;
  /** How references call steps here: `steps` or `tasks`; undefined where there are none. */
  readonly group: Call["group"] | undefined;
  /** The calls whose outputs are there. */
  readonly before: ReadonlyMap<string, Call>;
  /** All calls of the template, for the message about one that comes too late. */
  readonly all: ReadonlyMap<string, Call>;
  /** The call that refers to itself, as hooks do. */
  readonly self?: string | undefined;
  /** The step or task that it stands in; `item` is there only if it has a list of items. */
  readonly call?: Call;
  /** True in an inline template of a loop, in all of which Argo fills in the items. */
  readonly inLoop: boolean;
  /** The template that a call runs; undefined if it is not known. */
  readonly resolve: (call: Call) => Template | undefined;
}
