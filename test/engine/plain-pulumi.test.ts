import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../support/checkout";
import { ApiServer } from "./support/api-server";
import { DATA_TARGETS, Project, STORAGE_CLASS } from "./support/project";

const STACK = "dev";
const FILE = `Pulumi.${STACK}.yaml`;

// As README.md and docs/how-to/own-cluster.md have it: no command of the project, no state of the lab's own.
// GOURMETGRAM_ENGINE_HOME is a folder as PULUMI_HOME, with the engine, its language host and the plugins.
describe("plain Pulumi with the checkout's stack dev", function () {
  this.timeout(400_000);
  let server: ApiServer | undefined;
  let project: Project;

  before(async function () {
    if (process.env["GOURMETGRAM_ENGINE_HOME"] === undefined) return this.skip();
    server = await ApiServer.ofThisMachine();
    if (server === undefined) return this.skip();
    project = new Project(server);
    copyFileSync(join(checkout, FILE), join(project.folder, FILE));
  });

  after(async () => {
    await server?.stop();
    if (server !== undefined) project.remove();
  });

  const pulumi = async (...args: string[]): Promise<string> => {
    const { all, exitCode } = await project.pulumi(...args, "--stack", STACK);
    assert.equal(exitCode, 0, all);
    return all;
  };

  it("is made by README.md's commands, with a file that sets nothing, so that any cluster will do", async () => {
    const readMe = readFileSync(join(checkout, "README.md"), "utf8");
    const [, commands = ""] = /\nPlain Pulumi [^`]+```sh\n([^`]+)```/.exec(readMe) ?? [];
    assert.equal(commands, `npm ci\npulumi stack init ${STACK}\npulumi up\n`);
    assert.equal((await project.pulumi("stack", "init", STACK)).exitCode, 0);
    // Pulumi notes the salt of the passphrase there, and nothing sets a key.
    assert.doesNotMatch(readFileSync(join(project.folder, FILE), "utf8"), /^ +\S+:/m);
  });

  it("creates nothing where the cluster has no storage class, and says so", async () => {
    const { all, exitCode } = await project.up(STACK);
    assert.notEqual(exitCode, 0, all);
    assert.match(all, /there is no default storage class for the stack's volumes: the cluster has none/);
    assert.match(all, /Nothing has been created or changed/);
    assert.deepEqual(await project.state(STACK), []);
  });

  it("previews the whole lab on the cluster that kubectl's current context names", async () => {
    await server?.kubectl("create", "-f", project.fileOf(STORAGE_CLASS));
    assert.match(await pulumi("preview"), /\+ \d{2,} to create/);
    assert.deepEqual(await project.state(STACK), []);
  });

  it("creates nothing in a context that the kubeconfig does not have", async () => {
    await pulumi("config", "set", "kubernetes:context", "elsewhere");
    const { all, exitCode } = await project.up(STACK);
    assert.notEqual(exitCode, 0, all);
    assert.match(all, /elsewhere/);
    assert.match(all, /Nothing has been created or changed/);
    assert.deepEqual(await project.state(STACK), []);
  });

  it("goes where kubernetes:context leads", async () => {
    await pulumi("config", "set", "kubernetes:context", "test");
    await pulumi("up", "--yes", "--skip-preview", ...DATA_TARGETS);
    const claims = await server?.kubectl("get", "pvc", "-A", "-o", "name");
    assert.equal(claims?.split("\n").length, 3, claims);
    await pulumi("preview");
  });
});
