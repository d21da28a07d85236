import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import type { LabOutputs } from "../../../../stacks";
import { type RegistryAccess, pullAddressOf } from "../../../backup/parts/access";
import { registryOf } from "../../../backup/labs/access-of";
import { reachRegistry, targetOf } from "../../../backup/labs/open-lab";
import { findStacks, type LabStack } from "../../../backup/labs/stacks";
import { type ImageName, imagesAt } from "../../../backup/parts/images";
import { answeringCluster } from "../../../engine/cluster-access";
import { clusterOf } from "../../../live/api-clients";
import { releaseOf } from "../../../live/delivery/staging-state";
import { Argo } from "../../../live/workflows/argo";
import { beforeStart } from "../../../support/errors";
import { interruption } from "../../../support/interruption";
import { tellData } from "../../../support/output";
import { documentOf, type ReadImage } from "./document";
import { ImageReader } from "./image";
import { builtByRun, builtByStack, type Runs } from "./provenance/image";
import { builtForNode } from "./provenance/node";
import { buildsOf } from "./provenance/stack-builds";
import { type Provenance, statementOf } from "./provenance/statement";

export interface SbomOptions {
  /** Students of a class. @default all */
  readonly only?: string[];
}

/** A lab whose images are read. */
interface Lab {
  readonly outputs: LabOutputs;
  readonly registry: RegistryAccess;
  readonly close: () => Promise<void>;
}

/**
 * Writes a bill of materials of each image that a lab has built and uses now, and what is known of its build. Runs nothing
 * of the images.
 *
 * @param folder Is made where it is missing. Files of other images stay.
 */
export async function sbom(folder: string, { only }: SbomOptions): Promise<void> {
  const { config, labs, settingsOf } = await beforeStart(async () => ({
    ...(await findStacks(only)),
    config: await answeringCluster(),
  }));
  const reader = new ImageReader(interruption);
  const images = new Map<string, { readonly image: ReadImage; readonly runs: Runs }>();
  const elsewhere = new Set<string>();
  for (const stack of labs) {
    const lab = await openRegistry(config, stack);
    try {
      const found = await imagesOf(config, lab.outputs);
      for (const each of found.elsewhere) elsewhere.add(each);
      for (const name of found.built) {
        const key = `${name.repository}@${name.digest}`;
        if (images.has(key)) continue;
        console.error(`reading ${key}`);
        const image = await reader.read(lab.registry, name);
        const runs = { templates: lab.outputs.workflowTemplates, deployed: found.deployed };
        images.set(key, { image, runs });
      }
    } finally {
      await lab.close();
    }
  }
  await mkdir(folder, { recursive: true });
  const all = [...images.values()].map(({ image }) => image);
  // A class's images are built by the base, which has its settings; a lab has one stack.
  const builds = await buildsOf(settingsOf);
  const found: { image: string; file: string; packages: number; provenance: string | null }[] = [];
  for (const [key, { image, runs }] of images) {
    const file = `${nameOf(image.repository, image.digest)}.cdx.json`;
    await writeFile(join(folder, file), documentOf(image, all));
    const build = builds.get(image.digest);
    const known = build === undefined ? builtByRun(image, all, runs) : await builtByStack(image, build);
    const provenance = known === undefined ? null : await writeProvenance(folder, known);
    found.push({ image: key, file, packages: image.packages.length, provenance });
  }
  const parts: { image: string; provenance: string }[] = [];
  for (const each of await builtForNode()) {
    parts.push({ image: each.subject.name, provenance: await writeProvenance(folder, each) });
  }
  tellData({ images: found, parts, elsewhere: [...elsewhere].sort() });
  for (const { image, file, packages, provenance } of found) {
    console.log(`${file}: ${packages} packages in ${image}`);
    console.log(provenance ?? `it is not known how ${image} was built: no provenance`);
  }
  for (const { image, provenance } of parts) console.log(`${provenance}: of ${image}`);
  for (const each of [...elsewhere].sort()) console.log(`not in the lab's registry, so not read: ${each}`);
  console.log(`${found.length} bills of materials in ${resolve(folder)}`);
}

/** @returns the file's name */
async function writeProvenance(folder: string, known: Provenance): Promise<string> {
  const { name, digest } = known.subject;
  const file = `${nameOf(name, digest.sha256)}.provenance.json`;
  await writeFile(join(folder, file), statementOf(known));
  return file;
}

/** @throws Error with a remedy if the registry is elsewhere, or the lab is not wholly up */
async function openRegistry(config: KubeConfig, stack: LabStack): Promise<Lab> {
  const target = await targetOf(stack);
  const { outputs } = target;
  if (!outputs.registry.own) {
    throw new Error(
      `the registry of ${stack.stack} is elsewhere (gourmetgram:externalRegistry is ${outputs.registry.forPushing})` +
        "\n  remedy: use a scanner that reads that registry, such as syft",
    );
  }
  const { url, close } = await reachRegistry(config, outputs, (line) => console.error(line));
  return { outputs, registry: registryOf(url, target), close };
}

/** The images of a lab's pods and templates; those on which its builds are based, too. */
async function imagesOf(
  config: KubeConfig,
  outputs: LabOutputs,
): Promise<{ built: ImageName[]; elsewhere: string[]; deployed: Runs["deployed"] }> {
  const { namespace, staging, registry } = outputs;
  const cluster = clusterOf(config);
  const pods = await Promise.all(
    [namespace, staging.namespace].map((each) => cluster.core.listNamespacedPod({ namespace: each })),
  );
  const all = pods.flatMap(({ items }) => items);
  const containers = all.flatMap(({ spec }) => [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
  ]);
  const deployed = all.flatMap(({ metadata }) => {
    const { image, workflow } = releaseOf(metadata);
    const digest = image?.split("@")[1];
    return digest === undefined || workflow === null ? [] : [[digest, workflow] as const];
  });
  const templates = await new Argo(cluster, namespace).all("workflowtemplates");
  const found = imagesIn(
    [...containers.flatMap(({ image }) => image ?? []), outputs.trainingImage.reference],
    JSON.stringify(templates),
    [pullAddressOf(outputs), registry.inCluster],
  );
  return { ...found, deployed: new Map(deployed) };
}

/**
 * @param references Of containers.
 * @param templates Text that may name images by digest.
 * @param addresses Under which the lab's registry is known.
 */
export function imagesIn(
  references: readonly string[],
  templates: string,
  addresses: readonly string[],
): { built: ImageName[]; elsewhere: string[] } {
  const named = [...references, ...(templates.match(/[\w.:/-]+@sha256:[0-9a-f]{64}/g) ?? [])];
  const found = addresses.flatMap((address) => imagesAt(address, named).names);
  const built = [...new Map(found.map((each) => [`${each.repository}@${each.digest}`, each])).values()];
  const isBuilt = (reference: string): boolean =>
    addresses.some((address) => reference.startsWith(`${address}/`));
  return { built, elsewhere: [...new Set(named)].filter((each) => !isBuilt(each)).sort() };
}

/** How the files about an image are called, up to their kind. */
const nameOf = (name: string, digest: string): string =>
  `${name.replaceAll(/[/:]/g, ".")}-${digest.replace("sha256:", "").slice(0, 12)}`;
