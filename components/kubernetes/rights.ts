/** Rights: rules of Roles, and who has them. */
import * as k8s from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";

/** What may be done to which objects. */
export interface Rule {
  /** API groups; the empty text is the core group. */
  apiGroups: string[];
  resources: string[];
  /** The only objects that may be touched. @default all of the namespace */
  resourceNames?: string[];
  verbs: string[];
}

/**
 * A rule in a line.
 *
 * @param group API group; the empty text is the core group.
 * @param resources Separated by spaces, as the verbs are.
 * @param names The only objects that may be touched. @default all of the namespace
 */
export function rule(group: string, resources: string, verbs: string, ...names: string[]): Rule {
  return {
    apiGroups: [group],
    resources: resources.split(" "),
    ...(names.length === 0 ? {} : { resourceNames: names }),
    verbs: verbs.split(" "),
  };
}

/** API group of roles and bindings. */
export const RBAC_GROUP = "rbac.authorization.k8s.io";

export interface GrantArgs {
  /** Name of the Role and of its binding. */
  readonly name: Input<string>;
  readonly namespace: Input<string>;
  readonly rules: readonly Rule[];
  readonly subject: k8s.types.input.rbac.v1.Subject;
}

/**
 * A Role and its binding to one subject, as children of a component.
 *
 * @param prefix Begins their logical names.
 */
export function grant(
  prefix: string,
  { name, namespace, rules, subject }: GrantArgs,
  options: { readonly parent: Resource },
): k8s.rbac.v1.RoleBinding {
  const metadata = { name, namespace };
  const role = new k8s.rbac.v1.Role(`${prefix}-role`, { metadata, rules: [...rules] }, options);
  return new k8s.rbac.v1.RoleBinding(
    `${prefix}-binding`,
    {
      metadata,
      roleRef: { apiGroup: RBAC_GROUP, kind: "Role", name: role.metadata.name },
      subjects: [subject],
    },
    options,
  );
}
