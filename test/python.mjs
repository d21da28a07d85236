// Runs the Python tests: those of the training, the pipeline, the application and the images.
//
//     node test/python.mjs [pytest arguments]        for example: node test/python.mjs -k unreachable -x
//
// The packages of each Python image are installed once, in a virtual environment of its own in the cache. Elsewhere
// than on Debian 12, torch comes from pip; TORCH_INDEX_URL may name an index that has it built for the processor alone.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
// The same folder as in tooling/machine/paths.ts.
const home = process.env.GOURMETGRAM_LAB_HOME ?? join(homedir(), ".cache", "gourmetgram-lab");
const cache = join(home, "cache", "python-tests");
const debianPython = "/usr/bin/python3";
/** Each group runs with the packages of one image in a pytest of its own, in this order. */
const testGroups = [
  { packages: "training", folders: ["images/training/unit_tests"] },
  { packages: "pipeline", folders: ["images/pipeline/tests"] },
  { packages: "application", folders: ["images/app/tests"] },
  {
    packages: "training",
    folders: ["images/mlflow/tests", "images/postgres/tests", "images/git-server/tests"],
  },
];
/** How many groups run at the same time: much of it is waiting for servers to start. */
const AT_ONCE = 2;
/** pytest, for images that do not have it. */
const testPackages = "test/python/requirements.txt";
/** What pytest ends with when it was asked for tests of which its folders have none. */
const NO_TESTS = 5;

const say = (text) => console.log(`python tests: ${text}`);

/** An error whose message is all that a reader needs. */
class Problem extends Error {}

/** Whether a command succeeds. */
const succeeds = (command, args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

/** Runs a command to its end and returns its exit code, and what it printed unless it prints as it runs. */
function execute(command, args, { env = process.env, live = false, cwd = checkout } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: live ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    const printed = [];
    child.stdout?.on("data", (chunk) => printed.push(chunk));
    child.stderr?.on("data", (chunk) => printed.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 1, signal, output: Buffer.concat(printed).toString() }),
    );
  });
}

/** Runs a command that must succeed. */
async function run(command, args, options) {
  const { code, signal, output } = await execute(command, args, options);
  if (code !== 0) throw new Problem(`${command} ${args.join(" ")} ended with ${signal ?? code}:\n${output}`);
}

/** The first Python on this machine that the pinned packages are built for. */
function findPython() {
  const candidates = [debianPython, "python3.11", "python3.12", "python3"];
  const works = (python) =>
    succeeds(python, ["-c", "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))"]);
  const found = candidates.find(works);
  if (found === undefined) throw new Problem(`needs Python 3.11 or 3.12, as one of ${candidates.join(", ")}`);
  return found;
}

const imports = (python, ...modules) => succeeds(python, ["-c", `import ${modules.join(", ")}`]);

/** Installs Debian's packages where that is possible. What is missing afterwards shows in the next step. */
async function installDebianPackages(python) {
  if (python !== debianPython || process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  if (imports(python, "ensurepip", "torch", "torchvision")) return;
  say("installing Debian's python3-venv, python3-torch and python3-torchvision (once)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update"], { env });
  const packages = ["python3-venv", "python3-torch", "python3-torchvision"];
  await run("apt-get", ["install", "--yes", "--no-install-recommends", ...packages], { env });
}

/**
 * The folder with Debian's lighttpd, which is unpacked into the cache: installed, it would begin to serve on this
 * machine. Without Debian's packages at hand it is `undefined`, and the tests that need it are skipped.
 */
async function unpackLighttpd() {
  if (!existsSync("/etc/debian_version")) return undefined;
  const folder = join(cache, "lighttpd");
  if (existsSync(folder)) return folder;
  const scratch = join(cache, "lighttpd.part");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const download = () => execute("apt-get", ["download", "lighttpd"], { cwd: scratch });
  let { code, output } = await download();
  if (code !== 0 && process.getuid?.() === 0) {
    await run("apt-get", ["update"]);
    ({ code, output } = await download());
  }
  if (code !== 0) {
    say(`the git server is not tested, for want of lighttpd: ${output.trim()}`);
    return undefined;
  }
  await run("sh", ["-c", "dpkg-deb --extract lighttpd_*.deb . && rm lighttpd_*.deb"], { cwd: scratch });
  renameSync(scratch, folder);
  return folder;
}

/**
 * The Python of a virtual environment with exactly the packages of `requirements`. It is made unless it is in the
 * cache; a file written last tells that it is complete.
 */
async function environment(name, python, requirements, { systemPackages }) {
  const texts = requirements.map((file) => readFileSync(join(checkout, file), "utf8"));
  const version = spawnSync(python, ["-VV"]).stdout.toString();
  const hash = createHash("sha256")
    .update(JSON.stringify([python, version, systemPackages, texts]))
    .digest("hex");
  const folder = join(cache, `${name}-${hash.slice(0, 16)}`);
  const complete = join(folder, "complete");
  const environmentPython = join(folder, "bin", "python");
  if (existsSync(complete)) return environmentPython;

  const started = Date.now();
  say(`installing the packages of the ${name} image (once)`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await run(python, ["-m", "venv", ...(systemPackages ? ["--system-site-packages"] : []), folder]);
  const index = process.env.TORCH_INDEX_URL ? ["--extra-index-url", process.env.TORCH_INDEX_URL] : [];
  for (const file of requirements) {
    // Those of torch alone leave out what its builds for graphics cards ask for; all others are complete.
    const exactly = file.endsWith("requirements-torch.txt") ? index : ["--no-deps"];
    const options = ["--quiet", "--no-compile", "--disable-pip-version-check", ...exactly];
    await run(environmentPython, ["-m", "pip", "install", ...options, "-r", join(checkout, file)]);
  }
  writeFileSync(complete, "");
  say(`installed the packages of the ${name} image in ${Math.round((Date.now() - started) / 1000)} s`);
  return environmentPython;
}

/** Runs all groups of tests, shows their results one after another, and returns the worst exit code. */
async function pytest(pythons, lighttpd, pytestArguments) {
  const options = ["-p", "no:cacheprovider", "--show-capture=no", "--no-header", "-ra", ...pytestArguments];
  const env = {
    ...process.env,
    MLFLOW_SERVER_PYTHON: pythons.mlflow,
    ...(lighttpd === undefined ? {} : { LIGHTTPD_ROOT: lighttpd }),
    // Compiled modules go to the cache, those of the checkout too.
    PYTHONPYCACHEPREFIX: join(cache, "compiled"),
  };
  const running = [];
  for (const [index, { packages, folders }] of testGroups.entries()) {
    // A group waits for the one that began AT_ONCE places before it.
    const before = running[index - AT_ONCE];
    const start = () =>
      execute(pythons[packages], ["-m", "pytest", ...options, ...folders], { env, live: index === 0 });
    running.push(before === undefined ? start() : before.then(start));
  }
  const codes = [];
  for (const group of running) {
    const { code, output } = await group;
    process.stdout.write(output);
    codes.push(code);
  }
  const verdicts = codes.filter((code) => code !== NO_TESTS);
  return verdicts.length === 0 ? NO_TESTS : Math.max(...verdicts);
}

async function main(pytestArguments) {
  const python = findPython();
  await installDebianPackages(python);
  if (!imports(python, "ensurepip")) {
    throw new Problem(`${python} cannot make virtual environments; on Debian: apt-get install python3-venv`);
  }
  const systemTorch = imports(python, "torch", "torchvision");
  const withTorch = (folder) => [
    `${folder}/requirements.txt`,
    ...(systemTorch ? [] : [`${folder}/requirements-torch.txt`]),
  ];
  const make = (name, requirements, systemPackages) =>
    environment(name, python, requirements, { systemPackages });
  // One after another where they are made: they would only wait for each other's downloads and for the processors.
  const pythons = {
    training: await make("training", withTorch("images/training"), systemTorch),
    mlflow: await make("mlflow", ["images/mlflow/requirements.txt"], false),
    pipeline: await make("pipeline", ["images/pipeline/requirements.txt", testPackages], false),
    application: await make("application", [...withTorch("images/app/base"), testPackages], systemTorch),
  };
  return await pytest(pythons, await unpackLighttpd(), pytestArguments);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`python tests: ${error instanceof Problem ? error.message : error.stack}`);
  process.exitCode = 1;
}
