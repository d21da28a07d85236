import type { Node } from "./node";

/** The kinds of places of artifacts, in the order in which Argo looks for one, with the fields of which one is enough. */
const PLACES = {
  artifactory: ["url"],
  azure: ["blob"],
  git: ["repo"],
  gcs: ["key"],
  hdfs: ["path", "addresses"],
  http: ["url"],
  oss: ["key"],
  raw: [],
  s3: ["key"],
} as const;

/** Where an artifact is kept. */
export interface Place {
  readonly kind: keyof typeof PLACES;
  readonly node: Node;
  /** False where it lacks the field that Argo finds the artifact by: to Argo it is then no place. */
  readonly isComplete: boolean;
  /** The fields of which it needs one. */
  readonly needs: readonly string[];
}

/** The place that is given for an artifact; undefined if there is none. */
export function placeOf(artifact: Node): Place | undefined {
  const kinds = Object.keys(PLACES) as (keyof typeof PLACES)[];
  const kind = kinds.find((each) => artifact.at(each).exists);
  if (kind === undefined) return undefined;
  const node = artifact.at(kind);
  const needs: readonly string[] = PLACES[kind];
  const isFilled = (key: string): boolean => {
    const member = node.at(key);
    return Array.isArray(member.value) ? member.items.length > 0 : member.exists && member.text !== "";
  };
  // The rest comes from the artifact repository. What is not known yet may have everything.
  const isComplete = !node.isObject || needs.length === 0 || needs.some(isFilled);
  return { kind, node, needs, isComplete };
}

/** Whether it is given where the artifact is. */
export function hasPlace(artifact: Node): boolean {
  return placeOf(artifact)?.isComplete === true;
}
