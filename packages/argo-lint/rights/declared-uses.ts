import type { Template } from "../objects/workflow-object";
import { isRecord } from "../objects/node";
import { literal } from "../expressions/tags";

/** The annotation of a template's pods that says what their program uses: a list of rules as JSON. */
export const USES_ANNOTATION = "gourmetgram.dev/uses";

/** A verb on a kind of object that a template says its program uses. */
export interface DeclaredUse {
  readonly namespace?: string;
  readonly apiGroup: string;
  readonly resource: string;
  readonly resourceName?: string;
  readonly verb: string;
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
  const names = resourceNames ?? [undefined];
  return apiGroups.flatMap((apiGroup) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((resourceName) => ({
          ...(namespace === undefined ? {} : { namespace }),
          apiGroup,
          resource,
          ...(resourceName === undefined ? {} : { resourceName }),
          verb,
        })),
      ),
    ),
  );
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}
