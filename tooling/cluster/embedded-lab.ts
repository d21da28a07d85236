import { clusterIsReady, startCluster } from "./kind";
import { clusterRecord, type Origin } from "../machine/cluster-record";
import { makeBaseImages } from "./images/debian-images";
import { makeNodeImage, nodeImageIsReady } from "./images/node-image";
import {
  buildkitMode,
  hasOfficialNode,
  pullOfficialNode,
  requireUserNamespaces,
  restrictedNamespaces,
} from "./images/official-node";
import { canStartDocker, dockerIsReady, startDocker } from "../machine/docker/daemon";
import { installPackages, missingPackages, type Purpose } from "../machine/packages/debian";
import {
  engineIsInstalled,
  engineIsReady,
  installBuiltEngine,
  installOfficialEngine,
} from "../engine/engine";
import { decideEngine } from "../machine/reach";
import { runSteps, type Step } from "../machine/steps/steps";
import { withLock } from "../machine/lock";
import { buildPrograms, goBuilds, isBuilt, type GoBuild } from "../toolchain/go-builds";
import { goIsReady, hasLeftovers, installGo, removeLeftovers } from "../toolchain/go";
import { versions } from "../machine/versions";

const network = "check that the machine reaches its package registries, then run the same command again";
/** Of a cluster that is there: its data is on its nodes. */
const repair =
  "npm run up -- --cluster-only --renew-certificates, which keeps the data. If that does not help: npm run backup -- FILE " +
  "while MLflow still answers, then npm run down, which deletes all data of the cluster, then npm run up";
const again = "npm run down, then npm run up; what was built is kept";

const packages = (purpose: Purpose, title: string): Step => ({
  title: `Debian packages for ${title}`,
  isDone: async () => (await missingPackages(purpose)).length === 0,
  run: (report) => installPackages(purpose, report),
  remedy: network,
});

/** Where packages cannot be installed, the machine's own Python has to do. */
const toolchain: Step[] = [
  ...(canStartDocker() ? [packages("toolchain", "the Go toolchain")] : []),
  { title: "Go toolchain", isDone: goIsReady, run: installGo, remedy: network },
];

const build = (programs: GoBuild): Step => ({
  title: programs.title,
  isDone: () => isBuilt(programs),
  run: (report) => buildPrograms(programs, report),
  remedy: network,
});

/** What is built and for what: the engine, `kind`, and everything that runs in the cluster. */
const engineBuilds = [goBuilds.pulumi, goBuilds.pulumiLanguage, goBuilds.pulumiKubernetes];
const otherBuilds: GoBuild[] = [goBuilds.kind, ...engineBuilds];
const clusterBuilds = Object.values(goBuilds).filter(
  ({ name }) => !otherBuilds.some((other) => other.name === name),
);

/** Where the parts of an embedded lab come from. */
export interface LabParts {
  readonly engine: Origin;
  readonly images: Origin;
  readonly kind: Origin;
}

/** The programs that have to be built for a lab of these parts. */
const buildsFor = ({ engine, images, kind }: LabParts): GoBuild[] => [
  ...(engine === "built" ? engineBuilds : []),
  ...(images === "built" && !hasCluster() ? clusterBuilds : []),
  ...(kind === "built" && !hasCluster() ? [goBuilds.kind] : []),
];

/** Whether a program that is needed has yet to be built. */
export const isCold = (parts: LabParts): boolean => !buildsFor(parts).every(isBuilt);

/** Whether more is built than kind, which takes a fraction of the time and room. */
export const buildsMuch = (parts: LabParts): boolean => isCold({ ...parts, kind: "official" });

/** Whether there is a cluster. It keeps what it was made of, so nothing is built for it. */
const hasCluster = (): boolean => (clusterRecord()?.containers.length ?? 0) > 0;

/** The steps that put a Pulumi engine in place: the official one where it can be downloaded, else one built here. */
export function engineSteps(engine: Origin): Step[] {
  if (engine === "official") {
    const remedy = "GOURMETGRAM_ENGINE=build builds the engine from Go modules instead";
    return [
      { title: "Pulumi engine, official", isDone: engineIsInstalled, run: installOfficialEngine, remedy },
    ];
  }
  const install = {
    title: "Pulumi engine in place",
    run: installBuiltEngine,
    remedy: "delete the cache's pulumi-home folder",
  };
  return [...toolchain, ...engineBuilds.map(build), install];
}

/** Puts a Pulumi engine in place for a command that works with one, unless it is there. */
export async function requireEngine(): Promise<void> {
  if (await engineIsReady()) return;
  await withLock(async () => runSteps(engineSteps((await decideEngine()).choice)));
}

const dockerStep: Step = {
  title: "Docker",
  isDone: dockerIsReady,
  run: startDocker,
  remedy: "docker info tells why, or the log that the message names",
};

/** The images that the stack's own are built on, from Debian packages. */
const baseImagesStep: Step = { title: "Base images", run: makeBaseImages, remedy: network };

const builtNode: Step = {
  title: "Node image with the cluster's images",
  isDone: nodeImageIsReady,
  run: makeNodeImage,
  remedy: network,
};

const officialNode: Step = {
  title: "Node image, official",
  isDone: hasOfficialNode,
  run: pullOfficialNode,
  remedy:
    `docker image rm ${versions.kindNode}, if it is for another machine; ` +
    "npm run up -- --offline builds the image here, on a Debian machine",
};

/** Docker may run on the kernel of a virtual machine, which only a container shows. */
const userNamespaces: Step = {
  title: "User namespaces for BuildKit",
  isDone: () => buildkitMode() !== "rootless",
  run: requireUserNamespaces,
  remedy: restrictedNamespaces("1")?.remedy ?? "",
};

/** What the step is called that makes the cluster. */
export const clusterTitle = "Kubernetes";

const cluster = (images: Origin, renew: boolean): Step => ({
  title: clusterTitle,
  isDone: async () => !renew && (await clusterIsReady()),
  run: (report) => startCluster(images, renew, report),
  remedy: hasCluster() ? repair : again,
});

/**
 * The steps from a bare machine to a cluster that a stack can be brought up on.
 *
 * @param renew Whether the certificates of a cluster that is there are renewed even if they have long to go.
 */
export function clusterSteps(parts: LabParts, renew = false): Step[] {
  const images = [packages("images", "images"), dockerStep, baseImagesStep];
  if (hasCluster())
    return [...(parts.images === "built" ? images : [dockerStep]), cluster(parts.images, renew)];
  const builds = buildsFor({ ...parts, engine: "official" });
  return [
    ...(builds.length === 0 ? [] : toolchain),
    ...builds.map(build),
    ...(parts.images === "built" ? [...images, builtNode] : [dockerStep, officialNode, userNamespaces]),
    cluster(parts.images, renew),
  ];
}

/** Once everything is built, what compiling left is of no use. GOURMETGRAM_KEEP_GO_CACHE=1 keeps it, for changes to `tooling/toolchain/go`. */
export const tidyStep = (parts: LabParts): Step => ({
  title: "Compiler's leftovers removed",
  isDone: () => isCold(parts) || !hasLeftovers() || process.env["GOURMETGRAM_KEEP_GO_CACHE"] === "1",
  run: removeLeftovers,
  remedy: "delete the folders go-mod and go-build in the cache",
});
