/** Rules for what students write, as data. */
import type * as pulumi from "@pulumi/pulumi";

/** A rule about objects, and what is said to those who break it. */
export interface Rule {
  readonly expression: pulumi.Input<string>;
  /** What is refused, why, and what to do instead. */
  readonly message: pulumi.Input<string>;
}

/** Rules for some objects. */
export interface Policy {
  /** Name of the policy and of its binding, which a refusal names. */
  readonly name: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly operations: readonly ("CREATE" | "UPDATE")[];
  /**
   * Whose requests are looked at: those of accounts in students' namespaces, which any code of a student may use, or
   * all requests in such a namespace.
   */
  readonly of: "students' accounts" | "students' namespaces";
  /** Expressions by the names under which the rules use them. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules: readonly Rule[];
}

/** The object and what it was before, without its type: the API server knows no fields of Argo's kinds. */
export const NOW_AND_BEFORE = {
  now: "dyn(object)",
  before: "oldObject == null ? dyn({}) : dyn(oldObject)",
} as const;

const LONGEST = 4096;
const MOST = 32;

/** Bounds what an object of a student carries in etcd besides its own fields. */
export const METADATA_RULES: readonly Rule[] = [
  {
    expression:
      `variables.now.metadata.?annotations.orValue({}).size() <= ${MOST} && ` +
      `variables.now.metadata.?annotations.orValue({}).all(key, size(key) + size(variables.now.metadata.annotations[key]) <= ${LONGEST}) && ` +
      `variables.now.metadata.?labels.orValue({}).size() <= ${MOST} && ` +
      `variables.now.metadata.?ownerReferences.orValue([]).size() <= 4`,
    message: `its labels, annotations or owners are too many or too long: at most ${MOST} labels, ${MOST} annotations of ${LONGEST} characters each and 4 owners, because etcd is shared by the class; use fewer`,
  },
  {
    expression:
      "variables.now.metadata.?finalizers.orValue([]).all(each, each in variables.before.?metadata.?finalizers.orValue([]))",
    message:
      "it has a finalizer that was not there before: nobody takes it away, and its namespace could not be deleted; leave out metadata.finalizers",
  },
];
