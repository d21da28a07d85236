import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { recover } from "../../tooling/engine/interrupted";
import type { ApiServer } from "./support/api-server";
import { DATA_TARGETS, onServerWithProject, Project } from "./support/project";

const KINDS = "namespaces,pvc,secrets,configmaps,services";
/** How many times each command is killed. */
const ROUNDS = Number(process.env["GOURMETGRAM_INTERRUPTIONS"] ?? 4);

interface Listed {
  readonly items: { kind: string; metadata: { name: string; managedFields?: { manager: string }[] } }[];
}

describe("the real engine, killed at random moments", function () {
  this.timeout(900_000);
  let server: ApiServer;
  let project: Project;

  onServerWithProject(async (on) => {
    ({ server, project } = on);
    await project.make("lab");
  });

  /** Waits for work that deletes objects, or that waits for one that is deleted. */
  const collecting = <T>(work: Promise<T>): Promise<T> =>
    server.collecting("secrets,configmaps,services", work);

  const locks = (): string => join(project.backend, ".pulumi", "locks", "organization", "gourmetgram");

  /** What the lab's commands do before each change. */
  async function recovered(): Promise<void> {
    await recover({
      name: "lab",
      locks: locks(),
      read: async () => (await project.pulumi("stack", "export", "--stack", "lab")).all,
      write: async (text) => {
        const file = join(project.backend, "recovered.json");
        writeFileSync(file, text);
        const { all, exitCode } = await project.pulumi("stack", "import", "--stack", "lab", "--file", file);
        assert.equal(exitCode, 0, all);
      },
      cluster: () => {
        const config = new KubeConfig();
        config.loadFromFile(server.kubeconfig);
        return Promise.resolve(config);
      },
      report: () => undefined,
      signal: AbortSignal.timeout(60_000),
    });
  }

  /**
   * Begins a change and kills its engine some time after it has locked the stack.
   *
   * @returns whether that left a lock
   */
  async function killed(command: string, milliseconds: number): Promise<boolean> {
    const words = [command, "--yes", "--skip-preview", "--stack", "lab", "--non-interactive"];
    const child = execa("pulumi", command === "up" ? [...words, ...DATA_TARGETS] : words, {
      cwd: project.folder,
      env: project.environment,
      stdio: "ignore",
      reject: false,
    });
    const isLocked = (): boolean => {
      const folder = join(locks(), "lab");
      return existsSync(folder) && readdirSync(folder).length > 0;
    };
    while (!isLocked() && child.exitCode === null) await delay(20);
    await delay(milliseconds);
    child.kill("SIGKILL");
    await child;
    return isLocked();
  }

  /** The URNs of resources in the state. */
  async function urnsOf(...ends: readonly string[]): Promise<string[]> {
    const { all } = await project.pulumi("stack", "export", "--stack", "lab");
    const { deployment } = JSON.parse(all) as { deployment: { resources: { urn: string }[] } };
    return ends.map((end) => deployment.resources.find(({ urn }) => urn.endsWith(end))?.urn ?? end);
  }

  /** Names in the cluster without what is generated of them, and who has applied each. */
  async function listed(): Promise<{ names: string[]; appliers: number[] }> {
    const selector = "app.kubernetes.io/instance=lab";
    const args = ["get", KINDS, "-A", "-l", selector, "-o", "json", "--show-managed-fields"];
    const { items } = JSON.parse(await server.kubectl(...args)) as Listed;
    return {
      names: items
        .map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[0-9a-f]{8}$/, "")}`)
        .sort(),
      appliers: items.map(
        ({ metadata: { managedFields = [] } }) =>
          managedFields.filter(({ manager }) => manager.startsWith("pulumi-kubernetes")).length,
      ),
    };
  }

  it("leaves nothing in the way of the next command: up and destroy in turns, then an up", async () => {
    // Nothing empties a namespace here, so it has to stay.
    await project.set("lab", { keepData: "true" });
    const left = { up: 0, destroy: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      await collecting(recovered());
      if (await killed("up", randomInt(12_000))) left.up += 1;
      await recovered();
      const destroying = killed("destroy", randomInt(4000));
      if (await collecting(destroying)) left.destroy += 1;
    }
    console.log(`      in the middle of ${left.up} up and ${left.destroy} destroy, of ${ROUNDS} each`);
    assert.ok(left.up + left.destroy > 0, "no engine was killed in the middle of a change");
    await collecting(recovered());
    const { all, exitCode } = await project.up("lab", ...DATA_TARGETS);
    assert.equal(exitCode, 0, all);
    assert.doesNotMatch(all, /pending operations/);
    const { names, appliers } = await listed();
    assert.equal(names.length, 9, names.join());
    assert.deepEqual(names, [...new Set(names)], "nothing is there twice");
    assert.deepEqual([...new Set(appliers)], [1], "each has one owner");
    const inState = (await project.state("lab")).filter((type) => type.startsWith("kubernetes:"));
    assert.equal(inState.length, names.length);
  });

  it("has nothing twice of what it made and did not hear of, because the API server went away", async () => {
    // One has a fixed name, the other one that is generated.
    for (const urn of await urnsOf("ConfigMap::app-repository-files", "Secret::mlflow-credentials")) {
      const forgotten = ["state", "delete", urn, "--target-dependents", "--yes", "--stack", "lab"];
      const { all, exitCode } = await project.pulumi(...forgotten);
      assert.equal(exitCode, 0, all);
    }
    const before = await listed();
    await project.set("lab", { budgetCpu: "1m" });
    assert.notEqual((await project.up("lab", ...DATA_TARGETS)).exitCode, 0);
    await project.set("lab", { budgetCpu: "64" });
    await recovered();
    const { all, exitCode } = await project.up("lab", ...DATA_TARGETS);
    assert.equal(exitCode, 0, all);
    const { names, appliers } = await listed();
    assert.deepEqual(names, before.names);
    assert.deepEqual([...new Set(appliers)], [1], "each has one owner");
  });

  it("goes on with data that was kept and that it did not hear of, also as another owner", async () => {
    const destroyed = async (): Promise<void> => {
      const { all, exitCode } = await collecting(project.destroy("lab"));
      assert.equal(exitCode, 0, all);
    };
    const up = async (): Promise<void> => {
      const { all, exitCode } = await project.up("lab", ...DATA_TARGETS);
      assert.equal(exitCode, 0, all);
    };
    // From then on, the data has the names that are there.
    await destroyed();
    await up();
    const [urn = ""] = await urnsOf("Secret::app-repository-users");
    const forgotten = await project.pulumi("state", "delete", urn, "--yes", "--stack", "lab");
    assert.equal(forgotten.exitCode, 0, forgotten.all);
    await project.set("lab", { budgetCpu: "1m" });
    assert.notEqual((await project.up("lab", ...DATA_TARGETS)).exitCode, 0);
    await project.set("lab", { budgetCpu: "64" });
    await recovered();
    await destroyed();
    await up();
    const { names, appliers } = await listed();
    assert.deepEqual(names, [...new Set(names)], "nothing is there twice");
    assert.deepEqual([...new Set(appliers)], [1], "each has one owner");
  });

  it("reads a state of an earlier version, whose engine was killed while it wrote beside it", async () => {
    writeFileSync(join(project.backend, ".pulumi", "stacks", "gourmetgram", "lab.json.attrs"), "");
    const torn = await project.pulumi("stack", "export", "--stack", "lab");
    assert.match(torn.all, /failed to load checkpoint: EOF/);
    await recovered();
    assert.deepEqual(await urnsOf("::no-such-resource"), ["::no-such-resource"]);
  });

  it("leaves nothing in the way of the same command: a destroy", async () => {
    await collecting(killed("destroy", randomInt(4000)));
    await collecting(recovered());
    const { all, exitCode } = await collecting(project.destroy("lab"));
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await project.state("lab"), []);
    assert.equal((await listed()).names.length, 6, "the data, which is to be kept");
  });
});
