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

const LONGEST = 4096;
const MOST = 32;
/** About what a run of 240 steps has. */
const MOST_MANAGED = 65_536;

/** How deep what the API server notes of managers is looked into; Argo's own programs reach less. */
const DEPTH = 12;

/** The characters of keys in nested objects. Deeper ones count as too many. */
function sizeOfKeys(value: string, depth: number): string {
  const key = `key${depth}`;
  if (depth === 0) return `(size(${value}) == 0 ? 0 : ${MOST_MANAGED + 1})`;
  return `${value}.map(${key}, size(${key}) + ${sizeOfKeys(`${value}[${key}]`, depth - 1)}).sum()`;
}

/** What a client says of managers is kept, whether or not there are such members. */
const sizeOfManaged = (of: string): string =>
  `${of}.?metadata.?managedFields.orValue([]).map(each, 128 + ${sizeOfKeys("each.?fieldsV1.orValue({})", DEPTH)}).sum()`;

/** The object and what it was before, without its type: the API server knows no fields of Argo's kinds. */
export const NOW_AND_BEFORE = {
  now: "dyn(object)",
  before: "oldObject == null ? dyn({}) : dyn(oldObject)",
} as const;

/** Bounds what an object of a student carries in etcd besides its own fields. */
export const METADATA_RULES: readonly Rule[] = [
  {
    expression:
      `variables.now.metadata.?annotations.orValue({}).size() <= ${MOST} && ` +
      `variables.now.metadata.?annotations.orValue({}).all(key, size(key) + size(variables.now.metadata.annotations[key]) <= ${LONGEST}) && ` +
      `variables.now.metadata.?labels.orValue({}).size() <= ${MOST}`,
    message: `its labels or annotations are too many or too long: at most ${MOST} labels and ${MOST} annotations of ${LONGEST} characters each, because etcd is shared by the class; use fewer`,
  },
  {
    expression:
      'size(variables.now.metadata.?generateName.orValue("")) <= 253 && ' +
      "variables.now.metadata.?ownerReferences.orValue([]).size() <= 4 && " +
      "variables.now.metadata.?ownerReferences.orValue([]).all(each, size(each.apiVersion) + size(each.kind) + size(each.name) + size(each.uid) <= 1024)",
    message:
      "its generateName or its owners are too long or too many: at most 253 characters, and 4 owners of 1024 each, because etcd is shared by the class; use fewer",
  },
  {
    expression: `${sizeOfManaged("variables.now")} <= ${MOST_MANAGED} || ${sizeOfManaged("variables.now")} <= ${sizeOfManaged("variables.before")}`,
    message: `its managedFields have more than ${MOST_MANAGED} characters: etcd is shared by the class; leave them out, the API server writes them`,
  },
  {
    expression:
      "variables.now.metadata.?finalizers.orValue([]).all(each, each in variables.before.?metadata.?finalizers.orValue([]))",
    message:
      "it has a finalizer that was not there before: nobody takes it away, and its namespace could not be deleted; leave out metadata.finalizers",
  },
];
