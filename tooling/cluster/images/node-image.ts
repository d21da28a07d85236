import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeNetwork } from "./node-network";
import { nodeStorage } from "./node-storage";
import { cache, checkout } from "../../machine/paths";
import { type Report } from "../../machine/run";
import { goBuilds, programPath } from "../../toolchain/go-builds";
import { fetchKindSource, kindFiles } from "../../toolchain/kind-source";
import { versions } from "../../machine/versions";
import { hashLabel, madeFrom, nodeBaseHash } from "./debian-images";
import { askDocker, docker } from "../../machine/docker/docker";
import { until } from "../../support/until";
import { archiveOf, type Ingredients, makeArchives } from "./archives";
import { dockerfileArchives } from "./dockerfile-images";
import { baseImages, labImages, nodeImage } from "../../machine/docker/image-names";
import { scratchArchives } from "./scratch-images";

const log = "node-image";
const folder = join(checkout, "images", "kind-node");
const programs = ["kubeadm", "kubectl", "kubelet"] as const;
const archives = join(cache, "image-archives");

/** Files that are written into the image, by their names in its build. */
const texts = (): Readonly<Record<string, string>> => ({
  Dockerfile: readFileSync(join(folder, "Dockerfile"), "utf8"),
  "default-cni.yaml": nodeNetwork(),
  "default-storage.yaml": nodeStorage(),
  version: `v${versions.kubernetes}`,
});

/** The programs that it has itself. */
export const nodePrograms: Ingredients = {
  base: baseImages.node,
  build: goBuilds.kubernetes,
  files: [join("images", "kind-node", "Dockerfile")],
};

/** The images that go into it. */
export const archived = () => [...scratchArchives(), ...dockerfileArchives()];

/** What the node image of this checkout is made from, as a hash. Needs nothing to be built. */
export function nodeImageHash(): string {
  const ingredients = [
    nodeBaseHash(),
    kindFiles,
    ...programs.map((program) => programPath(goBuilds.kubernetes, program)),
    ...Object.values(texts()),
    ...archived().flatMap((each) => [each.image, archiveOf(each)]),
  ];
  return createHash("sha256").update(ingredients.join("\0")).digest("hex").slice(0, 16);
}

/** Whether Docker has the node image of this checkout. */
export const nodeImageIsReady = async (): Promise<boolean> => (await madeFrom(nodeImage)) === nodeImageHash();

/** Makes the image of the cluster's nodes, with all images in it that run there. */
export async function makeNodeImage(report: Report): Promise<void> {
  const present = await makeArchives(archived(), report);
  if (await nodeImageIsReady()) return;
  await fetchKindSource();
  report("the node's programs");
  const draft = `${nodeImage}-draft`;
  await buildDraft(draft);
  await importAndCommit(draft, present, report);
  await docker(["rmi", draft], { log });
  await removeOlderImages();
}

async function buildDraft(image: string): Promise<void> {
  const context = join(cache, "work", "kind-node");
  await rm(context, { recursive: true, force: true });
  await mkdir(context, { recursive: true });
  for (const [name, text] of Object.entries(texts())) await writeFile(join(context, name), text);
  await cp(kindFiles, join(context, "kind-files"), { recursive: true });
  for (const program of programs)
    await copyFile(programPath(goBuilds.kubernetes, program), join(context, program));
  const values = { BASE_IMAGE: baseImages.node, PAUSE_IMAGE: labImages.pause };
  const args = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  await docker(["build", ...args, "--tag", image, context], { log });
  await rm(context, { recursive: true });
}

/** Imports the images into the containerd of a container, and keeps that as the node image, as kind's own build does. */
async function importAndCommit(
  draft: string,
  images: ReadonlyMap<string, string>,
  report: Report,
): Promise<void> {
  const mount = ["--volume", `${archives}:/archives:ro`];
  const options = ["--detach", "--security-opt", "seccomp=unconfined", "--entrypoint", "sleep"];
  const container = (await docker(["run", ...options, ...mount, draft, "infinity"], { log })).trim();
  try {
    const inside = (args: string[]) => docker(["exec", container, ...args], { log });
    await docker(["exec", "--detach", container, "containerd"], { log });
    await until(() => askDocker(["exec", container, "ctr", "version"]), {
      seconds: 60,
      pauseMilliseconds: 500,
      late: () => "containerd does not answer in the node image's container",
    });
    for (const [image, archive] of images) {
      report(image);
      const path = archive.replace(archives, "/archives");
      await inside(["ctr", "--namespace", "k8s.io", "images", "import", "--no-unpack", path]);
    }
    await inside(["pkill", "containerd"]);
    report("keeping it");
    const changes = [
      'ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]',
      `LABEL ${hashLabel}=${nodeImageHash()}`,
    ].flatMap((change) => ["--change", change]);
    await docker(["commit", ...changes, container, nodeImage], { log });
  } finally {
    await docker(["rm", "--force", "--volumes", container], { log });
  }
}

/** Removes node images that a newer one has taken the name of, unless a node still runs on them. */
export async function removeOlderImages(): Promise<void> {
  // Their title, and not the label of what they were made from: all that is built on an image has its labels too.
  const title = "label=org.opencontainers.image.title=kind-node";
  await docker(["image", "prune", "--force", "--filter", title], { log });
}
