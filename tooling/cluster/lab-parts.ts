import { clusterRecord } from "../machine/cluster-record";
import { type LabParts } from "./embedded-lab";
import { decideEngine, decideImages, decideKind, type Decision } from "../machine/reach";

/** Where each part of the embedded lab comes from. A cluster that exists keeps the images that it has. */
export async function labParts(): Promise<[engine: Decision, images: Decision, kind: Decision]> {
  const record = clusterRecord();
  const images: Decision | Promise<Decision> =
    record === undefined || record.containers.length === 0
      ? decideImages()
      : { thing: "Images", choice: record.images, text: "those that the running cluster was made with" };
  return Promise.all([decideEngine(), images, decideKind()]);
}

/** @param decisions That of the engine alone for a stack on another cluster, for which nothing else is looked for. */
export const partsOf = ([engine, images, kind]: readonly [Decision, Decision?, Decision?]): LabParts => ({
  engine: engine.choice,
  images: images?.choice ?? "official",
  kind: kind?.choice ?? "official",
});

/** The decisions for people, one a line. */
export const partsText = (decisions: readonly Decision[]): string =>
  decisions.map(({ thing, text }) => `${thing}: ${text}`).join("\n");
