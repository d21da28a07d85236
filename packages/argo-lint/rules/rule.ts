import type { Remark } from "../finding";
import type { WorkflowObject } from "../objects/objects";
import type { ProofSet } from "../objects/proof-set";

/** Judges one object, with the others at hand. Pure. */
export type Rule = (object: WorkflowObject, set: ProofSet) => Iterable<Remark>;
