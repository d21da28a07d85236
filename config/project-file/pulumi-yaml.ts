/** The section `config` of `Pulumi.yaml`, generated from the keys. */
import { Document, Pair, Scalar, YAMLMap } from "yaml";
import { GROUPS } from "../keys";
import type { Key } from "../key";

/** What is above the generated section. */
const SECTION = /^config:$.*/ms;

/** The project's file with the section as the keys have it. */
export function withKeys(projectFile: string): string {
  return projectFile.replace(SECTION, () => configSection());
}

/**
 * By this the Kubernetes provider takes a cluster for the same one when its kubeconfig has another text, such as a new
 * certificate. Otherwise it replaces each object, and deletes the namespaces with the data.
 */
export const CLUSTER_IDENTIFIER = "kubernetes:clusterIdentifier";

function configSection(): string {
  const keys = new YAMLMap<Scalar, unknown>();
  const identifier = new Scalar(CLUSTER_IDENTIFIER);
  identifier.commentBefore =
    " A kubeconfig with another text is one of the same cluster: nothing is replaced.";
  keys.items.push(new Pair(identifier, { value: "gourmetgram" }));
  GROUPS.forEach(([title, group]) => {
    Object.entries(group).forEach(([name, key], index) => {
      const node = new Scalar(name);
      if (index === 0) {
        node.commentBefore = ` ${title}`;
        node.spaceBefore = true;
      }
      keys.items.push(new Pair(node, declaration(key)));
    });
  });
  return new Document({ config: keys }).toString({ lineWidth: 110, flowCollectionPadding: false });
}

/** A key as the engine reads it. Secrets have no type: the engine refuses a plain default of a typed secret. */
function declaration({ type, items, description, secret, default: fallback }: Key<unknown>) {
  return {
    ...(secret ? {} : { type }),
    ...(items === undefined ? {} : { items: { type: items } }),
    description: text(description),
    ...(secret ? { secret } : {}),
    // The engine insists on a value for every declared key. The program reads an empty one as not set.
    default: fallback ?? "",
  };
}

/** Long texts are folded, so that every line is as it reads. */
function text(value: string): Scalar {
  const scalar = new Scalar(value);
  scalar.type = value.length > 80 ? Scalar.BLOCK_FOLDED : Scalar.PLAIN;
  return scalar;
}
