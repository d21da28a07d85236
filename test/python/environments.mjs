/** The virtual environments with the packages of the images, and what else their tests need of Debian. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Problem, checkout, run, say, succeeds, execute } from "./processes.mjs";

// The same folder as in tooling/machine/paths.ts.
const home = process.env.GOURMETGRAM_LAB_HOME ?? join(homedir(), ".cache", "gourmetgram-lab");
export const cache = join(home, "cache", "python-tests");
const debianPython = "/usr/bin/python3";
const isRootOnDebian = process.getuid?.() === 0 && existsSync("/etc/debian_version");
const mayInstall = isRootOnDebian && process.env.GOURMETGRAM_APT !== "no";

/**
 * The first Python on this machine of some versions.
 *
 * @param first The oldest version, such as 11 for 3.11.
 * @param last The newest version. @default any
 */
export function findPython(first, last = 99) {
  const candidates = [debianPython, "python3.11", "python3.12", "python3"];
  const test = `import sys; sys.exit(not (3, ${first}) <= sys.version_info[:2] <= (3, ${last}))`;
  const found = candidates.find((python) => succeeds(python, ["-c", test]));
  if (found !== undefined) return found;
  const versions = last === 99 ? `3.${first} or later` : `from 3.${first} to 3.${last}`;
  throw new Problem(`there is no Python ${versions} among ${candidates.join(", ")}; install one`);
}

/** Whether a Python has some modules. It does not load them: torch takes seconds. */
function has(python, ...modules) {
  const script =
    "import sys; from importlib.util import find_spec; sys.exit(not all(map(find_spec, sys.argv[1:])))";
  return succeeds(python, ["-c", script, ...modules]);
}

/**
 * Installs packages of Debian where that is possible and allowed, and otherwise says that they are missing.
 *
 * @param modules The packages by the module that `python` lacks without them.
 */
export async function installDebianPackages(python, modules) {
  const missing = Object.entries(modules).filter(([module]) => !has(python, module));
  if (missing.length === 0 || python !== debianPython) return;
  const packages = missing.map(([, name]) => name);
  if (!mayInstall) {
    say(`Debian's ${packages.join(" and ")} would be used; apt-get install ${packages.join(" ")}`);
    return;
  }
  say(`installing on this machine, once: ${packages.join(", ")}; GOURMETGRAM_APT=no leaves them out`);
  await apt("update");
  await apt("install", "--yes", "--no-install-recommends", ...packages);
}

const apt = (...args) =>
  run("apt-get", ["-o", "DPkg::Lock::Timeout=600", ...args], { env: { DEBIAN_FRONTEND: "noninteractive" } });

/**
 * A folder with a package of Debian and what it needs that is not installed: installed itself, it would begin to serve
 * on this machine. `undefined` where it is installed, and elsewhere than on Debian.
 */
export async function unpack(name) {
  if (!existsSync("/etc/debian_version")) return undefined;
  const plan = () => execute("apt-get", ["install", "--simulate", "--no-install-recommends", name]);
  let { code, output } = await plan();
  if (code !== 0 && isRootOnDebian) {
    await apt("update");
    ({ code, output } = await plan());
  }
  if (code !== 0) throw new Problem(`Debian's ${name} is not to be had:\n${output}\nRun: apt-get update`);
  const packages = [...output.matchAll(/^Inst (\S+) .*\((\S+)/gm)].map(
    ([, each, version]) => `${each}=${version}`,
  );
  if (packages.length === 0) return undefined;

  const hash = createHash("sha256").update(packages.join(" ")).digest("hex");
  const folder = join(cache, `${name}-${hash.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  say(`unpacking Debian's ${name} into the cache (once)`);
  const draft = `${folder}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, "packages"), { recursive: true });
  await run("apt-get", ["download", ...packages], { cwd: join(draft, "packages") });
  await run(
    "sh",
    ["-ec", "for each in packages/*.deb; do dpkg-deb --extract $each .; done; rm -r packages"],
    {
      cwd: draft,
    },
  );
  renameSync(draft, folder);
  return folder;
}

/** A function that runs one of the pinned tools, which are installed unless they are in the cache. */
export async function installTools(python) {
  const list = join(checkout, "test/python/tools.txt");
  const folder = join(cache, "tools");
  const installed = join(folder, "tools.txt");
  if (!existsSync(installed) || !readFileSync(installed).equals(readFileSync(list))) {
    await installDebianPackages(python, { ensurepip: "python3-venv" });
    if (!has(python, "ensurepip")) {
      throw new Problem(
        `${python} cannot make virtual environments; on Debian: apt-get install python3-venv`,
      );
    }
    rmSync(folder, { recursive: true, force: true });
    await run(python, ["-m", "venv", folder]);
    const options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"];
    await run(join(folder, "bin", "pip"), ["install", ...options, "-r", list]);
    copyFileSync(list, installed);
  }
  return (name) => join(folder, "bin", name);
}

/** The options of uv for all that it does: its own cache is in the lab's, and it uses pip's index if one is set. */
export const uvSettings = {
  UV_CACHE_DIR: join(cache, "uv"),
  ...(process.env.PIP_INDEX_URL === undefined ? {} : { UV_DEFAULT_INDEX: process.env.PIP_INDEX_URL }),
};

/**
 * The Python of an environment with exactly the packages of some lists.
 *
 * @param name What the environment is called in the cache.
 * @param wants `lists` of requirements, and `torch`, the folder whose list has torch, if it needs it.
 */
export async function environment(name, { lists, torch }, python, uv) {
  const started = Date.now();
  const folder = join(cache, name);
  const hasTorch = torch !== undefined && has(python, "torch", "torchvision");
  const system = hasTorch ? ["--system-site-packages"] : [];
  await run(uv, ["venv", "--quiet", "--allow-existing", "--python", python, ...system, folder]);
  const install = (args, input) =>
    run(uv, ["pip", ...args, "--quiet", "--python", folder], { env: uvSettings, input });
  const read = (list) => readFileSync(join(checkout, list), "utf8");

  const torchList = torch === undefined || hasTorch ? "" : read(`${torch}/requirements-torch.txt`);
  const index = process.env.TORCH_INDEX_URL;
  // As in the Dockerfiles: what such an index has needs no CUDA, and its hashes are not known.
  const other = /^(?:torch|torchvision|triton|nvidia-.*)==(?:.*\\\n)*.*\n/gm;
  const wanted = [...lists.map(read), index ? torchList.replace(other, "") : torchList];
  await install(["sync", "--require-hashes", "-"], wanted.join("\n"));
  const pins = torchList.match(/^torch(?:vision)?==[\d.]+/gm);
  if (index && pins !== null) await install(["install", "--no-deps", "--index-url", index, ...pins]);
  const seconds = Math.round((Date.now() - started) / 1000);
  if (seconds > 2) say(`installed the packages of the ${name} image in ${seconds} s`);
  return join(folder, "bin", "python");
}
