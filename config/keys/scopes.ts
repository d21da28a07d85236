/** Declares keys of the kinds of stack that use them. */
import { KeysOf, SCOPES } from "../key";

export const every = new KeysOf(SCOPES);
/** About one lab. A student's stack has names that follow from the student's, and no node ports. */
export const lab = new KeysOf(["lab"]);
export const base = new KeysOf(["base"]);
export const student = new KeysOf(["student"]);
/** About what a cluster has once. A student's stack finds it through the outputs of the base. */
export const labAndBase = new KeysOf(["lab", "base"]);
/** About what each student works with. */
export const labAndStudent = new KeysOf(["lab", "student"]);
