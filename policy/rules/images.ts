import { containersOf } from "../pods";
import type { ResourceRule } from "../subject";

/** Every container's image is chosen by digest, or by a tag that is not `latest`: what runs does not change by itself. */
export const imagesAreFixed: ResourceRule = (subject) =>
  containersOf(subject).flatMap(({ where, props }) => {
    const { image } = props;
    // A digest is not known before the image is built.
    if (typeof image !== "string") return [];
    const problem = problemOf(image);
    return problem === undefined ? [] : [`${where} has the image "${image}", which ${problem}`];
  });

function problemOf(image: string): string | undefined {
  if (/@sha256:[0-9a-f]{64}$/.test(image)) return undefined;
  if (image.includes("@")) return "has an invalid digest";
  // A colon before the last slash belongs to a port.
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  if (tag === undefined) return "has neither a digest nor a tag, so the runtime pulls the tag latest";
  return tag === "latest" ? "changes with every push: use a digest or a version" : undefined;
}
