import { Document, Scalar, visit } from "yaml";
import { type RenderContext, Reference, type Value } from "../values/references";

/** An object of the cluster, in which Argo may still have values to fill in. */
export type ManifestTree =
  Value | number | boolean | readonly ManifestTree[] | { readonly [key: string]: ManifestTree };

/**
 * The object as YAML text, members in the order in which they are given.
 *
 * Argo pastes values into this text before it parses it. So references stand in quotes: a model version `12` must
 * stay a string.
 */
export function toYaml(tree: ManifestTree, context: RenderContext): string {
  const quoted = new Set<string>();
  const document = new Document(render(tree, context, quoted));
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === "string" && quoted.has(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ indentSeq: false, lineWidth: 0 });
}

function render(tree: ManifestTree, context: RenderContext, quoted: Set<string>): unknown {
  if (tree instanceof Reference) {
    const text = context.text(tree);
    quoted.add(text);
    return text;
  }
  if (typeof tree === "string") {
    return context.text(tree);
  }
  if (typeof tree !== "object") {
    return tree;
  }
  return Array.isArray(tree)
    ? tree.map((each: ManifestTree) => render(each, context, quoted))
    : Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, render(each, context, quoted)]));
}
