import type { ResourceRule, StackRule } from "../subject";
import { imagesAreFixed } from "./images";
import { containersHaveLimits } from "./limits";
import { staysInOwnNamespaces } from "./namespaces";
import { secretsAreReferences, secretsStayInSecrets } from "./plain-secrets";
import { podsAreRestricted } from "./restricted-pods";
import { rightsHaveNoWildcards } from "./rights";

/** A rule with the name under which Pulumi reports what it finds. */
export type NamedRule = { readonly name: string; readonly description: string } & (
  { readonly resource: ResourceRule } | { readonly stack: StackRule }
);

/** All rules. Each is mandatory. */
export const RULES: readonly NamedRule[] = [
  {
    name: "containers-have-limits",
    description: "Every container has requests and limits for processor and memory.",
    resource: containersHaveLimits,
  },
  {
    name: "images-are-fixed",
    description: "Images are chosen by digest or version, never by the tag latest.",
    resource: imagesAreFixed,
  },
  {
    name: "rights-have-no-wildcards",
    description: "Roles name what they allow.",
    resource: rightsHaveNoWildcards,
  },
  {
    name: "pods-are-restricted",
    description: "Pods keep to the Pod Security level restricted, except where images are built.",
    resource: podsAreRestricted,
  },
  {
    name: "secrets-are-references",
    description: "Variables and ConfigMaps hold no secrets.",
    resource: secretsAreReferences,
  },
  {
    name: "secrets-stay-in-secrets",
    description: "The value of a Secret or of a generated password is in no plain property.",
    stack: secretsStayInSecrets,
  },
  {
    name: "own-namespaces",
    description:
      "Everything is in a namespace of this stack, except the registry, its users and the record of a base's user.",
    stack: staysInOwnNamespaces,
  },
];
