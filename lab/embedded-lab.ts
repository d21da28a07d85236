import { makeBaseImages } from "./images/debian-images";
import { dockerfileImageArchives } from "./images/dockerfile-images";
import { scratchImageArchives } from "./images/scratch-images";
import { configureContainers, containerd, dockerd, importImages } from "./cluster/containers";
import { hostNetworkIsReady, prepareHostNetwork } from "./cluster/host-network";
import { clusterIsReady, startCluster } from "./cluster/kubernetes";
import { enforcePolicies, policiesAreEnforced } from "./cluster/network-policies";
import { installPackages, missingPackages } from "./machine/packages";
import { startService } from "./machine/services";
import { engineIsInstalled, installBuiltEngine, installOfficialEngine } from "./pulumi/engine";
import { type Step } from "./steps";
import { buildPrograms, goBuilds, isBuilt, type GoBuild } from "./toolchain/go-builds";
import { goIsReady, hasLeftovers, installGo, removeLeftovers } from "./toolchain/go";

const network = "check that the machine reaches its package registries, then run the same command again";
const restart = "npm run down, then npm run up; what was built is kept";

const packages: Step = {
  title: "Debian packages",
  isDone: async () => (await missingPackages()).length === 0,
  run: installPackages,
  remedy: network,
};

const toolchain: Step = { title: "Go toolchain", isDone: goIsReady, run: installGo, remedy: network };

const build = (programs: GoBuild): Step => ({
  title: programs.title,
  isDone: () => isBuilt(programs),
  run: (report) => buildPrograms(programs, report),
  remedy: network,
});

const engineBuilds = [goBuilds.pulumi, goBuilds.pulumiLanguage, goBuilds.pulumiKubernetes];
const clusterBuilds = Object.values(goBuilds).filter(
  (each) => !engineBuilds.some((engine) => engine.name === each.name),
);

/** Whether every program is in the cache. */
export const isCold = (): boolean => ![...engineBuilds, ...clusterBuilds].every(isBuilt);

/** The steps that put a Pulumi engine in place: the official one where it can be downloaded, else one built here. */
export function engineSteps(official: boolean): Step[] {
  if (official) {
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
  return [packages, toolchain, ...engineBuilds.map(build), install];
}

const containers: Step = {
  title: "Containers: containerd and Docker",
  run: async () => {
    await configureContainers();
    await startService(containerd);
    await startService(dockerd);
  },
  remedy: restart,
};

const images: Step = {
  title: "Images of the cluster and the lab",
  run: async (report) => {
    const fromScratch = await scratchImageArchives(report);
    await makeBaseImages(report);
    const fromDockerfiles = await dockerfileImageArchives(report);
    await importImages(new Map([...fromScratch, ...fromDockerfiles]), report);
  },
  remedy: network,
};

const cluster: Step = {
  title: "Kubernetes",
  isDone: async () => (await hostNetworkIsReady()) && (await clusterIsReady()),
  run: async (report) => {
    await prepareHostNetwork();
    await startCluster(report);
  },
  remedy: restart,
};

const networkPolicies: Step = {
  title: "Network policies",
  isDone: policiesAreEnforced,
  run: enforcePolicies,
  remedy: restart,
};

/** The steps from a bare machine to a cluster that a stack can be brought up on. */
export const clusterSteps = (): Step[] => [
  packages,
  toolchain,
  ...clusterBuilds.map(build),
  containers,
  images,
  cluster,
  networkPolicies,
];

/** Once everything is built, what compiling left is of no use. GOURMETGRAM_KEEP_GO_CACHE=1 keeps it, for changes to `lab/go`. */
export const tidyStep: Step = {
  title: "Compiler's leftovers removed",
  isDone: () => isCold() || !hasLeftovers() || process.env["GOURMETGRAM_KEEP_GO_CACHE"] === "1",
  run: removeLeftovers,
  remedy: "delete the folders go-mod and go-build in the cache",
};
