import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { LabOutputs } from "../../../../stacks/outputs/outputs";
import type { PlaceName } from "../../../../tooling/live/addresses/places";
import type { PodAccess } from "../../../../tooling/live/addresses/port-forward";
import { answersAt, reach, type Reached } from "../../../../tooling/live/addresses/reach";
import { NoReadyPod } from "../../../../tooling/live/addresses/service";
import { OUTPUTS } from "../../../support/lab-outputs";
import { freePort } from "../../../support/free-port";

const ALL: readonly PlaceName[] = ["staging", "mlflow", "argo", "repository", "registry"];

describe("live: reaching a lab", () => {
  let outputs: LabOutputs;
  let reached: Reached | undefined;
  /** The Services that connections were made to. */
  let carried: string[];
  let notices: string[];
  let failures: string[];
  /** Services without a ready pod. */
  let unready: string[];
  let looks: number;

  const access: PodAccess = {
    serviceOnNodePort: (nodePort) =>
      Promise.resolve(
        nodePort === 30746 ? { namespace: "argo", name: "argo-server", port: 2746 } : undefined,
      ),
    readyPod: (service) =>
      unready.includes(service.name)
        ? Promise.reject(new NoReadyPod(service, []))
        : Promise.resolve({ namespace: service.namespace, pod: `${service.name}-0`, port: service.port }),
    carry: ({ pod }, socket) => {
      carried.push(pod);
      socket.end(pod);
      return Promise.resolve();
    },
  };

  /** @param answering Names of the places that answer. */
  async function reachFrom(names: readonly PlaceName[], answering: readonly string[] = []): Promise<Reached> {
    const urls = { mlflow: outputs.mlflowExternalUrl, staging: outputs.staging.externalUrl };
    const known = answering.map((name) => urls[name as keyof typeof urls]);
    reached = await reach(outputs, names, {
      access: () => {
        looks += 1;
        return Promise.resolve(access);
      },
      notice: (line) => notices.push(line),
      failed: (reason) => failures.push(reason),
      answers: (url) => Promise.resolve(known.includes(url)),
    });
    return reached;
  }

  async function readFrom(url: string): Promise<string> {
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("utf8");
    let read = "";
    socket.on("data", (data: string) => (read += data)).on("error", () => undefined);
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    return read;
  }

  beforeEach(async () => {
    outputs = {
      ...OUTPUTS,
      mlflowExternalUrl: `http://localhost:${await freePort()}`,
      registry: { ...OUTPUTS.registry, inCluster: "registry.kube-system.svc.cluster.local:5000" },
    };
    [carried, notices, failures, unready, looks, reached] = [[], [], [], [], 0, undefined];
  });
  afterEach(async () => {
    delete process.env["GOURMETGRAM_FORWARD"];
    await reached?.close();
  });

  it("takes an address that answers, and does not ask the cluster", async () => {
    const found = await reachFrom(["mlflow", "staging"], ["mlflow", "staging"]);
    assert.equal(found.outputs, outputs);
    assert.deepEqual([found.forwarded, looks, notices], [[], 0, []]);
  });

  it("forwards a port for an address that does not answer, and says so in one line", async () => {
    const found = await reachFrom(["mlflow", "staging"], ["staging"]);
    assert.deepEqual(found.forwarded, ["mlflow"]);
    // The port is free, so the address stays as it is printed elsewhere.
    assert.deepEqual(found.outputs, outputs);
    assert.equal(await readFrom(found.outputs.mlflowExternalUrl), "mlflow-0");
    const { host } = new URL(outputs.mlflowExternalUrl);
    assert.deepEqual(notices, [
      `nothing answers at ${host}: the lab is reached through the cluster's API while this command runs`,
    ]);
  });

  it("names node ports as what they are", async () => {
    await reachFrom(["staging", "repository"]);
    assert.match(notices.join(), /^nothing answers at the node ports localhost:30081, localhost:30300: /);
  });

  it("takes another port where the address's own is taken, and keeps the rest of the address", async () => {
    const taken = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const externalUrl = `http://203.0.113.7:${port}/gourmetgram.git`;
    outputs = { ...outputs, appRepository: { ...outputs.appRepository, externalUrl } };
    const found = (await reachFrom(["repository"])).outputs.appRepository.externalUrl;
    taken.close();
    assert.match(found, /^http:\/\/localhost:\d+\/gourmetgram\.git$/);
    assert.notEqual(new URL(found).port, String(port));
    assert.equal(await readFrom(found), "app-repository-0");
  });

  it("reaches every place, each by its Service, and Argo's by its node port", async () => {
    const { outputs: found, forwarded } = await reachFrom(ALL);
    assert.deepEqual(forwarded, ALL);
    for (const url of [
      found.staging.externalUrl,
      found.mlflowExternalUrl,
      found.argoServerUrl,
      found.appRepository.externalUrl,
      `http://${found.registry.forPushing}`,
    ]) {
      await readFrom(url);
    }
    assert.deepEqual(carried, [
      "gourmetgram-0",
      "mlflow-0",
      "argo-server-0",
      "app-repository-0",
      "registry-0",
    ]);
    assert.match(found.argoServerUrl, /^https:\/\/localhost:\d+$/);
    assert.equal(found.registry.inCluster, outputs.registry.inCluster);
  });

  it("forwards a port for what answers too, where GOURMETGRAM_FORWARD says so", async () => {
    process.env["GOURMETGRAM_FORWARD"] = "always";
    const found = await reachFrom(["mlflow", "staging"], ["mlflow", "staging"]);
    assert.deepEqual(found.forwarded, ["staging", "mlflow"]);
    assert.equal(await readFrom(found.outputs.staging.externalUrl), "gourmetgram-0");
    assert.deepEqual(notices, [
      "GOURMETGRAM_FORWARD is always: the lab is reached through the cluster's API while this command runs",
    ]);
    await reached?.close();
    unready = ["mlflow"];
    await assert.rejects(
      reachFrom(["mlflow"], ["mlflow"]),
      /\n {2}MLflow: no pod of service mlflow in lab is ready/,
    );
  });

  it("tries the addresses with GOURMETGRAM_FORWARD=auto, and refuses another value", async () => {
    process.env["GOURMETGRAM_FORWARD"] = "auto";
    assert.deepEqual((await reachFrom(["mlflow"], ["mlflow"])).forwarded, []);
    process.env["GOURMETGRAM_FORWARD"] = "never";
    await assert.rejects(reachFrom(["mlflow"], ["mlflow"]), {
      message: "GOURMETGRAM_FORWARD is never: expected always or auto\n  remedy: unset GOURMETGRAM_FORWARD",
    });
    assert.equal(looks, 0);
  });

  it("leaves a repository and a registry elsewhere alone", async () => {
    const url = "https://github.com/team/app.git";
    outputs = {
      ...outputs,
      appRepository: { ...outputs.appRepository, url, externalUrl: url },
      registry: { ...outputs.registry, own: false },
    };
    const found = await reachFrom(["repository", "registry"]);
    assert.deepEqual([found.outputs, found.forwarded, looks], [outputs, [], 0]);
  });

  it("names all places without a ready pod, and opens nothing", async () => {
    unready = ["mlflow", "registry"];
    const externalUrl = `http://localhost:${await freePort()}/gourmetgram.git`;
    const appRepository = { ...outputs.appRepository, externalUrl };
    outputs = { ...outputs, appRepository, argoServerUrl: "https://localhost:30747" };
    await assert.rejects(reachFrom(["argo", "mlflow", "registry", "repository"]), {
      message: [
        "not everything of the lab can be reached",
        `  MLflow: nothing answers at ${outputs.mlflowExternalUrl}, and no pod of service mlflow in lab is ready: it has none`,
        "    remedy: wait until it is ready; npm run status shows what runs",
        "  the Argo server: nothing answers at https://localhost:30747, and no service has the node port 30747",
        "    remedy: npm run up",
        "  the registry: nothing answers at http://localhost:30500, and no pod of service registry in kube-system is ready: it has none",
        "    remedy: wait until it is ready; npm run status shows what runs",
      ].join("\n"),
    });
    assert.deepEqual(notices, []);
    assert.equal(await answersAt(externalUrl), false);
  });

  it("has staging wait for its first deployment, at the address that will lead there", async () => {
    unready = ["gourmetgram"];
    const direct = await reachFrom(["staging", "mlflow"], ["mlflow"]);
    assert.deepEqual([direct.forwarded, notices], [[], []]);
    assert.deepEqual([...direct.idle], [["staging", "npm run train"]]);

    const found = await reachFrom(["staging", "mlflow"]);
    assert.deepEqual(found.forwarded, ["staging", "mlflow"]);
    assert.deepEqual([...found.idle], [["staging", "npm run train"]]);
    assert.equal(await readFrom(found.outputs.staging.externalUrl), "");
    assert.deepEqual(failures, ["staging: no pod of service gourmetgram in staging is ready: it has none"]);
    unready = [];
    assert.equal(await readFrom(found.outputs.staging.externalUrl), "gourmetgram-0");
  });

  it("says what deploys to staging if that alone is asked for", async () => {
    unready = ["gourmetgram"];
    await assert.rejects(reachFrom(["staging"]), /remedy: npm run train$/);
  });

  it("ends all port-forwards", async () => {
    const { outputs: found, close } = await reachFrom(ALL);
    await close();
    reached = undefined;
    assert.equal(await answersAt(found.mlflowExternalUrl), false);
    assert.equal(await answersAt(found.argoServerUrl), false);
  });
});

describe("live: whether an address answers", () => {
  it("is whether something takes a connection there", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal(await answersAt(`http://localhost:${port}/path`), true);
    server.close();
    await once(server, "close");
    assert.equal(await answersAt(`http://localhost:${port}/path`), false);
    assert.equal(await answersAt(`http://[::1]:${port}`), false);
  });

  it("is no if its name leads nowhere", async () => {
    assert.equal(await answersAt("http://mlflow.invalid:8000"), false);
  });
});
