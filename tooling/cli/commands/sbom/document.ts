/** A bill of materials of an image, as CycloneDX has it. */
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { ImageName } from "../../../backup/parts/images";
import type { Package } from "./layers";

export interface ReadImage extends ImageName {
  readonly labels: Readonly<Record<string, string>>;
  /** Such as `linux/amd64`. */
  readonly platform: string;
  /** Digests, the lowest first. */
  readonly layers: readonly string[];
  /** The same layers by the digests of their archives, as Docker names them. */
  readonly unpacked: readonly string[];
  readonly packages: readonly Package[];
}

/**
 * The document, as JSON. The same image gives the same text: it has no time and no serial number.
 *
 * @param all The images that are known, among which are those that this one was built on.
 */
export function documentOf(image: ReadImage, all: readonly ReadImage[]): string {
  const { repository, digest, labels, packages } = image;
  const property = (name: string, value: string): Models.Property => new Models.Property(name, value);
  const base = baseOf(image, all);
  const component = new Models.Component(Enums.ComponentType.Container, repository, {
    version: digest,
    purl: `pkg:oci/${lastPart(repository)}@${encodeURIComponent(digest)}`,
    bomRef: `${repository}@${digest}`,
    properties: new Models.PropertyRepository([
      ...Object.entries(labels).map(([name, value]) => property(`oci:label:${name}`, value)),
      ...(base === undefined ? [] : [property("gourmetgram:built-on", `${base.repository}@${base.digest}`)]),
    ]),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component }),
    components: new Models.ComponentRepository(packages.map(componentOf)),
  });
  const normalizers = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(normalizers).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** The image whose layers are the lowest of this one, and the most of them. A label could say anything. */
export function baseOf(image: ReadImage, all: readonly ReadImage[]): ReadImage | undefined {
  return all
    .filter(({ layers }) => isBelow(layers, image.layers))
    .sort((a, b) => b.layers.length - a.layers.length)[0];
}

/** Whether layers are the lowest of others. */
export const isBelow = (layers: readonly string[], others: readonly string[]): boolean =>
  layers.length > 0 &&
  layers.length < others.length &&
  layers.every((digest, index) => digest === others[index]);

function componentOf({ kind, name, version, architecture }: Package): Models.Component {
  const place = kind === "deb" ? "deb/debian" : kind;
  const qualifier = architecture === undefined ? "" : `?arch=${architecture}`;
  const purl = `pkg:${place}/${encodeURIComponent(name)}@${encodeURIComponent(version)}${qualifier}`;
  return new Models.Component(Enums.ComponentType.Library, name, { version, purl, bomRef: purl });
}

const lastPart = (repository: string): string => repository.split("/").at(-1) ?? repository;
