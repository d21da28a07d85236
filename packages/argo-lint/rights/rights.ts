import { type DeclaredUse, declaredUses, type RightsRule, usesIn } from "./declared-uses";
import type { Template, WorkflowObject } from "../objects/workflow-object";
import { WorkflowSet } from "../objects/workflow-set";
import { reachOfRun } from "../flow/reach";
import type { Node } from "../objects/node";
import { literal } from "../expressions/tags";

/** What a template needs to be allowed to do. */
export interface Need extends DeclaredUse {
  /** Name of the account under which the template's pod runs. */
  readonly serviceAccount: string;
  /** The template: `WorkflowTemplate/train-model trigger-build`. */
  readonly neededBy: string;
}

/** The rights that workflows need. */
export interface RightsNeeded {
  /** Each right once for each template that needs it. */
  readonly needs: readonly Need[];
  /** Templates whose needs are not known, and why. */
  readonly unknown: readonly string[];
}

/** Every pod of a workflow reports its outputs to the controller in an object of its own. */
const REPORT = { apiGroup: "argoproj.io", resource: "workflowtaskresults" };

/**
 * What kubectl asks the API server for, by action of a resource template: read off the code of Argo's executor and of
 * the kubectl that it contains. A deletion that may not be watched is not waited for, which is not an error.
 */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  create: ["create"],
  get: ["get"],
  apply: ["get", "create", "patch"],
  patch: ["patch"],
  replace: ["get", "update"],
  delete: ["delete"],
};

/**
 * What the templates of workflows need to be allowed to do, by the account under which they run: no more than that
 * is needed in the account's Roles.
 *
 * @param objects Plain objects, as for `prove`. Each with an entrypoint counts as run, and with it all templates that
 *   it can come to.
 */
export function rightsOf(objects: readonly unknown[]): RightsNeeded {
  const set = new WorkflowSet(objects, { closed: false });
  const needs = new Map<string, Need>();
  const unknown = new Set<string>();
  for (const object of set.objects) {
    const account = accountOf(object, set);
    for (const template of reachOfRun(object, set)) {
      const title = `${template.home.title} ${template.name ?? "inline"}`;
      const own = template.node.at("serviceAccountName");
      const serviceAccount = own.exists ? literal(own) : account;
      if (!template.isPod) continue;
      if (serviceAccount === undefined) {
        unknown.add(`${title}: its service account is not known yet`);
        continue;
      }
      const found = needsOfPod(template, set);
      if (typeof found === "string") unknown.add(`${title}: ${found}`);
      for (const need of typeof found === "string" ? [] : found) {
        const whole = { serviceAccount, ...need, neededBy: title };
        needs.set(JSON.stringify(whole), whole);
      }
    }
  }
  return { needs: [...needs.values()], unknown: [...unknown] };
}

/** The account of the templates that name none. Undefined if it is not known yet. */
function accountOf(object: WorkflowObject, set: WorkflowSet): string | undefined {
  const source = set.source(object).object ?? object;
  const node = [object, source].map(({ spec }) => spec.at("serviceAccountName")).find(({ exists }) => exists);
  return node === undefined ? "default" : literal(node);
}

function needsOfPod(template: Template, set: WorkflowSet): DeclaredUse[] | string {
  const declared = declaredUses(template);
  if (typeof declared === "string") {
    return declared;
  }
  const always = [...["create", "patch"].map((verb) => ({ ...REPORT, verb })), ...declared];
  const resource = template.node.at("resource");
  if (template.type !== "resource") {
    return always;
  }
  const action = literal(resource.at("action"));
  const verbs = action === undefined ? undefined : VERBS[action];
  const manifests = set.manifestsOf(template);
  if (verbs === undefined || manifests.length === 0) {
    return "which objects it acts on is not known yet";
  }
  const reads = ["successCondition", "failureCondition"].some((key) => resource.at(key).exists);
  const reports = template.node.in("outputs", "parameters").items.length > 0 && action !== "delete";
  const all = [...new Set([...verbs, ...((reads && action !== "delete") || reports ? ["get"] : [])])];
  const needs = manifests.map((manifest) => needsOfManifest(manifest, all));
  const problem = needs.find((each) => typeof each === "string");
  return problem ?? [...always, ...needs.flatMap((each) => (typeof each === "string" ? [] : each))];
}

function needsOfManifest(manifest: Node, verbs: readonly string[]): DeclaredUse[] | string {
  const kind = literal(manifest.at("kind"));
  const version = literal(manifest.at("apiVersion"));
  if (kind === undefined || version === undefined) {
    return "the kind of the object that it acts on is not known yet";
  }
  const name = literal(manifest.in("metadata", "name"));
  const namespace = literal(manifest.in("metadata", "namespace"));
  return verbs.map((verb) => ({
    ...(namespace === undefined ? {} : { namespace }),
    apiGroup: version.includes("/") ? (version.split("/")[0] ?? "") : "",
    resource: plural(kind),
    // A right to create cannot be narrowed down to a name.
    ...(name === undefined || verb === "create" ? {} : { resourceName: name }),
    verb,
  }));
}

/** The plural of a kind as Argo and kubectl make it up. */
function plural(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** A right that is given: a rule of a Role, and who has it. */
export interface GivenRight {
  readonly serviceAccount: string;
  /** Namespace of the Role. @default the namespace of the runs */
  readonly namespace?: string;
  readonly rules: readonly RightsRule[];
}

/** Rights that are missing or too many, in words. */
export interface RightsDifference {
  readonly missing: readonly string[];
  readonly excess: readonly string[];
}

/**
 * Compares what workflows need with what their accounts are given. Nothing is missing and nothing is too much when
 * each account can do exactly what its templates do: in that namespace, and to that object where it is known.
 */
export function compareRights(needs: readonly Need[], given: readonly GivenRight[]): RightsDifference {
  const has = new Set(given.flatMap(spread).map(inWords));
  const wanted = new Map(needs.map((need) => [inWords(need), need]));
  // Who may touch all objects may touch this one, but that is too much.
  const covered = (need: Need): boolean => has.has(inWords(withoutName(need)));
  return {
    missing: [...wanted].filter(([words, need]) => !has.has(words) && !covered(need)).map(([words]) => words),
    excess: [...has].filter((words) => !wanted.has(words)),
  };
}

/** The same right to all objects. */
function withoutName({ serviceAccount, namespace, apiGroup, resource, verb }: Need): Omit<Need, "neededBy"> {
  return { serviceAccount, ...(namespace === undefined ? {} : { namespace }), apiGroup, resource, verb };
}

/** A given right, one verb on one kind of object at a time. */
function spread({ rules, serviceAccount, namespace }: GivenRight): Omit<Need, "neededBy">[] {
  const owner = { serviceAccount, ...(namespace === undefined ? {} : { namespace }) };
  return rules.flatMap(usesIn).map((use) => ({ ...owner, ...use }));
}

function inWords(right: Omit<Need, "neededBy">): string {
  const { serviceAccount, verb, resource, apiGroup, resourceName, namespace } = right;
  const object = `${resource}${apiGroup === "" ? "" : `.${apiGroup}`}${resourceName === undefined ? "" : ` ${resourceName}`}`;
  return `${serviceAccount}: ${verb} ${object}${namespace === undefined ? "" : ` in ${namespace}`}`;
}
