import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheEntry, contentsOf, type CacheEntry } from "../machine/cache";
import { cache, checkout } from "../machine/paths";
import { run, type Report } from "../machine/run";
import { versions } from "../machine/versions";
import { buildDashboard, dashboardIngredients } from "./argo-dashboard";
import { go } from "./go";

/** Programs that are built from Go modules, all from one `tooling/toolchain/go/<name>` with its own pinned go.mod and go.sum. */
export interface GoBuild {
  /** The folder under `tooling/toolchain/go`. */
  readonly name: string;
  /** What is built, for the reader of the progress list. */
  readonly title: string;
  /** Name of each program and the package of its main function. */
  readonly programs: Readonly<Record<string, string>>;
  /** Values linked into the programs: variable path and value. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Modules that `prepare` fetches besides those of go.sum, each with the hash of its zip as go.sum has it. */
  readonly fetched?: readonly (readonly [module: string, sum: string])[];
  /** Lock files that `prepare` uses, by their paths in the checkout. */
  readonly locks?: readonly string[];
  /** Puts files that the module leaves out into the build folder. */
  readonly prepare?: (folder: string, report: Report) => Promise<void>;
  /** What those files are made from, where that is more than what stands in this file. */
  readonly ingredients?: () => string[];
}

/**
 * Where a module's source is after it was downloaded; it is checked against `sum`, the hash of the module's zip.
 *
 * @param env stands in for parts of the environment in which `go` runs
 */
export async function moduleSource(
  module: string,
  sum: string,
  cwd: string,
  log: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const printed = await go(["mod", "download", "-json", module], { cwd, log, env });
  const found = JSON.parse(printed) as { Dir: string; Sum: string };
  if (found.Sum !== sum)
    throw new Error(`the module ${module} has the hash ${found.Sum}; ${sum} was expected`);
  return found.Dir;
}

async function prepareKubernetesProvider(folder: string): Promise<void> {
  const source = await moduleSource(
    "github.com/pulumi/pulumi-kubernetes/provider/v4@v4.0.0-20260304044920-867400a6a208",
    "h1:BUm20m00zERoF+LAaKFWYCHSpFpywU3Sno5TzwnbLHg=",
    cache,
    "pulumi-resource-kubernetes",
  );
  const main = join(source, "cmd", "pulumi-resource-kubernetes");
  const schema = JSON.parse(await readFile(join(main, "schema.json"), "utf8")) as Record<string, unknown>;
  await writeFile(
    join(folder, "schema.json"),
    JSON.stringify({ ...schema, version: versions.pulumiKubernetes }),
  );
  await writeFile(
    join(folder, "terraform-mapping.json"),
    await readFile(join(main, "terraform-mapping.json")),
  );
}

const ARGO = [
  `github.com/argoproj/argo-workflows/v3@v${versions.argo}`,
  "h1:B8v2GIBCqUATiqrI3NaLGDplT2Id18bIruebwSXkFZI=",
] as const;

async function prepareArgo(folder: string, report: Report): Promise<void> {
  const source = join(folder, "source");
  const found = await moduleSource(...ARGO, cache, "argo-workflows");
  await cp(found, source, { recursive: true });
  await run("chmod", ["-R", "u+w", source], { log: "argo-workflows" });
  // Module zips carry no symbolic links and no generated files.
  await symlink("signal_darwin.go", join(source, "workflow", "executor", "osspecific", "signal_linux.go"));
  await cp(await buildDashboard(found, report), join(source, "ui", "dist", "app"), { recursive: true });
}

/** The commit of the version's tag, as the module's origin names it. */
const ARGO_COMMIT = "66e32e5cc367f223e2ecf4fbe852b95eaed83034";

const kubernetesVersion = `v${versions.kubernetes}`;
const [kubernetesMajor = "", kubernetesMinor = ""] = versions.kubernetes.split(".");

/** Programs that a module has in its folder `cmd`, each in one of its own name. */
const commandsOf = (module: string, ...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, `${module}/cmd/${name}`]));

/** The lab's programs, the ones that the others wait for first. */
export const goBuilds = {
  kubernetes: {
    name: "kubernetes",
    title: `Kubernetes ${versions.kubernetes}`,
    programs: commandsOf(
      "k8s.io/kubernetes",
      "kubelet",
      "kubeadm",
      "kubectl",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
      "kube-proxy",
    ),
    variables: {
      "k8s.io/component-base/version.gitVersion": kubernetesVersion,
      "k8s.io/component-base/version.gitMajor": kubernetesMajor,
      "k8s.io/component-base/version.gitMinor": kubernetesMinor,
      "k8s.io/client-go/pkg/version.gitVersion": kubernetesVersion,
    },
  },
  kind: { name: "kind", title: `kind ${versions.kind}`, programs: { kind: "sigs.k8s.io/kind" } },
  etcd: { name: "etcd", title: `etcd ${versions.etcd}`, programs: { etcd: "go.etcd.io/etcd/server/v3" } },
  coredns: {
    name: "coredns",
    title: `CoreDNS ${versions.coredns}`,
    programs: { coredns: "github.com/coredns/coredns" },
  },
  storage: {
    name: "storage-provisioner",
    title: "Storage provisioner",
    programs: { "storage-provisioner": "." },
  },
  pause: { name: "pause", title: "Pause", programs: { pause: "." } },
  registry: {
    name: "registry",
    title: `Registry ${versions.registry}`,
    programs: commandsOf("github.com/distribution/distribution/v3", "registry"),
    variables: { "github.com/distribution/distribution/v3/version.version": `v${versions.registry}` },
  },
  buildkit: {
    name: "buildkit",
    title: `BuildKit ${versions.buildkit}`,
    programs: {
      ...commandsOf("github.com/moby/buildkit", "buildkitd", "buildctl"),
      ...commandsOf("github.com/rootless-containers/rootlesskit/v2", "rootlesskit"),
    },
    variables: { "github.com/moby/buildkit/version.Version": `v${versions.buildkit}` },
  },
  kubeRouter: {
    name: "kube-router",
    title: `kube-router ${versions.kubeRouter}, for network policies`,
    programs: commandsOf("github.com/cloudnativelabs/kube-router/v2", "kube-router"),
    variables: { "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": `v${versions.kubeRouter}` },
  },
  argo: {
    name: "argo-workflows",
    title: `Argo Workflows ${versions.argo}`,
    programs: commandsOf("github.com/argoproj/argo-workflows/v3", "workflow-controller", "argoexec", "argo"),
    // All four, or the version is shown as that of an unknown source.
    variables: {
      "github.com/argoproj/argo-workflows/v3.version": `v${versions.argo}`,
      "github.com/argoproj/argo-workflows/v3.gitTag": `v${versions.argo}`,
      "github.com/argoproj/argo-workflows/v3.gitCommit": ARGO_COMMIT,
      "github.com/argoproj/argo-workflows/v3.gitTreeState": "clean",
    },
    fetched: [ARGO],
    locks: ["tooling/toolchain/argo-dashboard/npm/package-lock.json"],
    prepare: prepareArgo,
    ingredients: dashboardIngredients,
  },
  pulumi: {
    name: "pulumi",
    title: `Pulumi engine ${versions.pulumi}`,
    programs: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${versions.pulumi}` },
  },
  pulumiLanguage: {
    name: "pulumi-language-nodejs",
    title: "Pulumi language host for Node.js",
    programs: {
      "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
    },
  },
  pulumiKubernetes: {
    name: "pulumi-resource-kubernetes",
    title: `Pulumi Kubernetes provider ${versions.pulumiKubernetes}`,
    programs: { "pulumi-resource-kubernetes": "." },
    variables: {
      "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": versions.pulumiKubernetes,
    },
    prepare: prepareKubernetesProvider,
  },
} as const satisfies Record<string, GoBuild>;

/** Changed with what a build's `prepare` does, which makes another program. */
const PREPARATION = "1";

const sources = (build: GoBuild): string => join(checkout, "tooling", "toolchain", "go", build.name);

const entryOf = (build: GoBuild): CacheEntry =>
  cacheEntry("programs", build.name, [
    versions.go,
    JSON.stringify([build.programs, build.variables ?? {}]),
    build.prepare === undefined ? "" : PREPARATION,
    ...(build.ingredients?.() ?? []),
    ...contentsOf(sources(build)),
  ]);

/** Whether the programs are in the cache. */
export const isBuilt = (build: GoBuild): boolean => entryOf(build).isComplete();

export const programPath = (build: GoBuild, program: string): string => join(entryOf(build).folder, program);

/** Builds the programs unless they are in the cache. Compiled packages are kept, so an interrupted build goes on. */
export async function buildPrograms(build: GoBuild, report: Report): Promise<void> {
  await mkdir(cache, { recursive: true });
  await entryOf(build).ensure(async (folder) => {
    const work = join(folder, "sources");
    await cp(sources(build), work, { recursive: true });
    const log = build.name;
    report("downloading modules");
    await build.prepare?.(work, report);
    const packages = Object.values(build.programs);
    const all = (await go(["list", "-deps", ...packages], { cwd: work, log })).split("\n").length;
    const variables = Object.entries(build.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    let compiled = 0;
    for (const [program, mainPackage] of Object.entries(build.programs)) {
      const flags = ["-trimpath", "-v", "-ldflags", ["-s", "-w", ...variables].join(" ")];
      await go(["build", ...flags, "-o", join(folder, program), mainPackage], {
        cwd: work,
        log,
        report: (line) => {
          if (/^[\w.-]+(\/[\w.@-]+)*$/.test(line)) compiled += 1;
          report(`${program}: ${compiled} of at most ${all} packages compiled`);
        },
      });
    }
    await rm(work, { recursive: true, force: true });
  });
}
