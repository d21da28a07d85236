import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheEntry } from "../../machine/cache";
import { cache } from "../../machine/paths";
import { aptSourceFiles, PIP_SETTINGS } from "../../machine/packages/sources";
import { run, type Report } from "../../machine/run";
import { versions } from "../../machine/versions";
import { docker, localImage } from "../../machine/docker/docker";
import { baseImages } from "../../machine/docker/image-names";

const log = "images";
/** The label that says what an image of the lab was made from. */
export const hashLabel = "gourmetgram.lab/made-from";

/** A root file system of Debian packages, imported into Docker. */
export interface DebianImage {
  readonly image: string;
  readonly packages: readonly string[];
  /** Shell commands that mmdebstrap runs at the end; `"$1"` is the new root. */
  readonly finish: readonly string[];
}

/** What every root needs to be built upon from this machine: the certificates and the package indexes that it uses. */
function hostNetworkSettings(): string[] {
  const copies = ["/etc/ssl/certs/ca-certificates.crt", PIP_SETTINGS].filter((path) => existsSync(path));
  return copies.map((path) => `cp ${path} "$1"${path}`);
}

/** What a node of a kind cluster is made of. */
const nodePackages = [
  ...["systemd", "systemd-sysv", "containerd", "runc", "containernetworking-plugins"],
  ...["conntrack", "ethtool", "ipset", "iproute2", "iptables", "kmod", "mount", "nftables", "util-linux"],
  ...["bash", "ca-certificates", "curl", "e2fsprogs", "jq", "libseccomp2", "pigz", "procps"],
];

const debianImages: readonly DebianImage[] = [
  { image: baseImages.debian, packages: ["ca-certificates"], finish: [] },
  {
    // Debian's torch is built for the processor alone, in 200 MB; PyPI's brings several GB of CUDA.
    image: baseImages.python,
    packages: [
      "ca-certificates",
      "python3",
      "python3-pip",
      "python-is-python3",
      "python3-torch",
      "python3-torchvision",
    ],
    finish: [],
  },
  { image: baseImages.node, packages: nodePackages, finish: [] },
];

const withoutDownloads = 'rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*';

/** The machine's own sources of this Debian release, which is where it can reach Debian's packages. */
function debianSources(): string[] {
  return aptSourceFiles().filter((path) => {
    const words = new Set(activeLines(path).split(/\s+/));
    return words.has(versions.debian) && words.has("main");
  });
}

const activeLines = (path: string): string =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");

async function makeDebianImage(spec: DebianImage, hash: string, report: Report): Promise<void> {
  const folder = join(cache, "work", "debian-image");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tar = join(folder, "root.tar");
  const hooks = [...spec.finish, ...hostNetworkSettings(), withoutDownloads].flatMap((command) => [
    "--customize-hook",
    command,
  ]);
  const include = spec.packages.join(",");
  const sources = debianSources();
  // Device nodes could not be unpacked by an unprivileged builder.
  const args = [
    "--variant=apt",
    "--skip=output/dev",
    `--include=${include}`,
    ...hooks,
    versions.debian,
    tar,
    ...sources,
  ];
  await run("mmdebstrap", args, { log, report, env: { TMPDIR: folder } });
  report("importing into Docker");
  const changes = [
    `LABEL ${hashLabel}=${hash}`,
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8",
    'CMD ["bash"]',
  ].flatMap((change) => ["--change", change]);
  await docker(["import", ...changes, tar, spec.image], { log });
  await rm(folder, { recursive: true, force: true });
}

/** What an image in Docker was made from; undefined if there is no such image. */
export const madeFrom = async (image: string): Promise<string | undefined> =>
  (await localImage(image))?.Config.Labels?.[hashLabel];

const hashOf = (spec: DebianImage): string =>
  cacheEntry("debian-image", "", [
    JSON.stringify(spec),
    withoutDownloads,
    ...hostNetworkSettings(),
  ]).folder.slice(-16);

/** Makes the images that others are built on, unless Docker has them. */
export async function makeBaseImages(report: Report): Promise<void> {
  for (const spec of debianImages) {
    const hash = hashOf(spec);
    if ((await madeFrom(spec.image)) === hash) continue;
    await makeDebianImage(spec, hash, (line) => report(`${spec.image}: ${line}`));
  }
}

/** The base images that Docker has as this checkout makes them. */
export async function currentBaseImages(): Promise<DebianImage[]> {
  const found = await Promise.all(debianImages.map(({ image }) => madeFrom(image)));
  return debianImages.filter((spec, index) => found[index] === hashOf(spec));
}

/** What the node's base was made from. */
export const nodeBaseHash = (): string =>
  debianImages
    .filter(({ image }) => image === baseImages.node)
    .map(hashOf)
    .join();
