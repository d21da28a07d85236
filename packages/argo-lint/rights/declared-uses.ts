import type { Template } from "../objects/workflow-object";
import { isRecord } from "../objects/node";
import { literal } from "../expressions/tags";

/** The annotation of a template's pods that says what their program uses: a list of rules as JSON. */
export const USES_ANNOTATION = "gourmetgram.dev/uses";

/** A verb on a kind of object. */
export interface DeclaredUse {
  /** Namespace of the object that is acted on. @default the namespace of the run */
  readonly namespace?: string;
  /** API group; the empty text is the core group. */
  readonly apiGroup: string;
  /** In the plural, as in a Role. */
  readonly resource: string;
  /** The one object that is acted on, where its name is known. @default any */
  readonly resourceName?: string;
  readonly verb: string;
}

/** A rule of a Role. */
export interface RightsRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rule, one verb on one kind of object at a time. */
export function usesIn({
  apiGroups,
  resources,
  verbs,
  resourceNames,
}: RightsRule): Omit<DeclaredUse, "namespace">[] {
  const names = resourceNames?.map((resourceName) => ({ resourceName })) ?? [{}];
  return apiGroups.flatMap((apiGroup) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) => names.map((name) => ({ apiGroup, resource, ...name, verb }))),
    ),
  );
}

/**
 * What a template says that its program does by the API of the cluster.
 *
 * @returns what is wrong with it, if it cannot be read
 */
export function declaredUses(template: Template): DeclaredUse[] | string {
  const node = template.node.in("metadata", "annotations").at(USES_ANNOTATION);
  if (!node.exists) {
    return [];
  }
  const unreadable = `its annotation ${USES_ANNOTATION} is not a list of rules`;
  const text = literal(node);
  const rules = text === undefined ? undefined : parsed(text);
  if (!Array.isArray(rules)) {
    return unreadable;
  }
  const uses = rules.map(usesOf);
  return uses.includes(undefined) ? unreadable : uses.flatMap((each) => each ?? []);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function usesOf(rule: unknown): DeclaredUse[] | undefined {
  if (!isRecord(rule)) {
    return undefined;
  }
  const { namespace, apiGroups, resources, verbs, resourceNames } = rule;
  if (
    !isTexts(apiGroups) ||
    !isTexts(resources) ||
    !isTexts(verbs) ||
    !(resourceNames === undefined || isTexts(resourceNames)) ||
    !(namespace === undefined || typeof namespace === "string")
  ) {
    return undefined;
  }
  const rest = resourceNames === undefined ? {} : { resourceNames };
  return usesIn({ apiGroups, resources, verbs, ...rest }).map((use) => ({
    ...(namespace === undefined ? {} : { namespace }),
    ...use,
  }));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}
