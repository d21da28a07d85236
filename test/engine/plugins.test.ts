import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { devDependencies } from "../../package.json";
import { stackBuilds } from "../../tooling/cli/commands/sbom/provenance/stack-builds";
import { DockerDaemon } from "../plugins/support/docker-daemon";
import { installedPlugins } from "../plugins/support/plugin-process";

const project = `name: plugin-test
runtime: { name: nodejs, options: { typescript: false } }
`;

const program = `
const { Config } = require("@pulumi/pulumi");
const docker = require("@pulumi/docker");
const random = require("@pulumi/random");

const registryPassword = new Config().requireSecret("registryPassword");
const database = new random.RandomPassword("database", { length: 32, special: false });
const image = new docker.Image("training", {
  imageName: "localhost:30500/gourmetgram-train:v1",
  build: { context: "./train", builderVersion: "BuilderV1" },
  registry: { username: "student", password: registryPassword },
});
// Drawn again with every image: its plan shows whether the image's digest is known.
new random.RandomPassword("perImage", { length: 8, keepers: { image: image.repoDigest } });

exports.databasePassword = database.result;
exports.repoDigest = image.repoDigest;
`;

interface Step {
  op: string;
  urn: string;
}

// GOURMETGRAM_ENGINE_HOME is a folder as PULUMI_HOME, with the engine and its language host in versions/<version>/bin.
describe("the stand-ins under the Pulumi engine", function () {
  this.timeout(180_000);
  const engineHome = process.env.GOURMETGRAM_ENGINE_HOME;
  const registryPassword = "hunter2-of-the-registry";
  let folder: string;
  let removeHome: (() => void) | undefined;
  let daemon: DockerDaemon;
  let env: Record<string, string>;

  before(async function () {
    if (engineHome === undefined) {
      this.skip(); // GOURMETGRAM_ENGINE_HOME names no engine.
    }
    const { home, remove } = await installedPlugins();
    removeHome = remove;
    daemon = await DockerDaemon.start();
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-engine-test-"));
    for (const name of ["train", "state", "docker-config"]) {
      mkdirSync(join(folder, name));
    }
    const modules = join(dirname(require.resolve("@pulumi/pulumi/package.json")), "../..");
    symlinkSync(modules, join(folder, "node_modules"));
    for (const [path, text] of Object.entries({
      "Pulumi.yaml": project,
      "index.js": program,
      "package.json": JSON.stringify({ name: "plugin-test", version: "0.0.0", main: "index.js" }),
      "train/Dockerfile": "FROM scratch\n",
    })) {
      writeFileSync(join(folder, path), text);
    }
    const programs = join(engineHome, "versions", devDependencies.pulumi, "bin");
    env = {
      PATH: [programs, process.env.PATH].join(delimiter),
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      DOCKER_HOST: daemon.host,
      DOCKER_CONFIG: join(folder, "docker-config"),
    };
    await git("init", "--quiet");
    await commit("first");
    await pulumi("stack", "init", "test");
    await pulumi("config", "set", "--secret", "registryPassword", registryPassword);
  });

  after(async () => {
    if (removeHome !== undefined) {
      await pulumi("destroy", "--yes", "--skip-preview").catch(() => undefined);
      daemon.stop();
      rmSync(folder, { recursive: true });
      removeHome();
    }
  });

  async function pulumi(...args: string[]): Promise<string> {
    return (await execa("pulumi", [...args, "--non-interactive"], { cwd: folder, env, all: true })).all;
  }

  const git = async (...args: string[]): Promise<string> =>
    (await execa("git", args, { cwd: folder })).stdout;
  const commit = (message: string): Promise<string> =>
    git(..."-c user.name=x -c user.email=x commit --quiet --allow-empty --message".split(" "), message);

  /** The image's build, as `sbom` reads it. */
  async function noted() {
    const history = await pulumi("stack", "history", "--json", "--page-size", "0");
    return stackBuilds(await pulumi("stack", "export"), history)
      .values()
      .next().value;
  }

  async function outputs(): Promise<{ databasePassword: string; repoDigest: string }> {
    return JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets")) as Awaited<
      ReturnType<typeof outputs>
    >;
  }

  async function plannedSteps(): Promise<Record<string, string>> {
    const { steps } = JSON.parse(await pulumi("preview", "--json")) as { steps: Step[] };
    return Object.fromEntries(steps.map(({ op, urn }) => [urn.slice(urn.lastIndexOf("::") + 2), op]));
  }

  it("makes both resources, and encrypts what is secret", async () => {
    const shown = await pulumi("up", "--yes", "--skip-preview");
    assert.doesNotMatch(shown, /warning|error/i);
    const { databasePassword, repoDigest } = await outputs();
    assert.match(databasePassword, /^[A-Za-z0-9]{32}$/);
    assert.equal(repoDigest, `localhost:30500/gourmetgram-train@${DockerDaemon.digest(1)}`);
    const state = await pulumi("stack", "export");
    for (const plain of [databasePassword, registryPassword]) {
      assert.ok(!state.includes(plain) && !shown.includes(plain), "a secret is in plain sight");
    }
  });

  it("notes what the image was built from, when, and the commit of the checkout", async () => {
    const { build, checkout, finished } = (await noted()) ?? assert.fail("there is no build");
    assert.deepEqual(checkout, { commit: await git("rev-parse", "HEAD"), changed: true });
    assert.deepEqual([build.context, build.dockerfile], ["./train", "train/Dockerfile"]);
    assert.match(build.contextDigest ?? "", /^[0-9a-f]{64}$/);
    const age = Date.now() - Date.parse(finished ?? "");
    assert.ok(age >= 0 && age < 180_000, finished);
  });

  it("has nothing to do the second time", async () => {
    const before = await outputs();
    const built = await noted();
    await commit("second");
    await pulumi("preview", "--expect-no-changes");
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    assert.deepEqual(await outputs(), before);
    assert.deepEqual(await noted(), built, "another commit alone is no other build");
    assert.equal(daemon.builds.length, 1);
  });

  it("plans to build what has changed, with a digest that is not known yet, and does so", async () => {
    writeFileSync(join(folder, "train/flow.py"), "print('trained')\n");
    const { training, perImage, database } = await plannedSteps();
    assert.deepEqual(
      { training, perImage, database },
      { training: "update", perImage: "replace", database: undefined },
    );
    const plan = await pulumi("preview", "--diff");
    assert.match(plan, /contextDigest *: "[0-9a-f]+" => "[0-9a-f]+"/);
    assert.match(plan, /image: "localhost.*" => \[unknown\]/);
    const before = await outputs();
    await pulumi("up", "--yes", "--skip-preview");
    const after = await outputs();
    assert.equal(after.repoDigest, `localhost:30500/gourmetgram-train@${DockerDaemon.digest(2)}`);
    assert.equal(after.databasePassword, before.databasePassword);
  });

  it("leaves nothing in the state after destroy", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    const { deployment } = JSON.parse(await pulumi("stack", "export")) as {
      deployment: { resources?: unknown[] };
    };
    assert.deepEqual(deployment.resources ?? [], []);
  });
});
