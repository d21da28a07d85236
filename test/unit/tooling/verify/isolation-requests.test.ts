import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { machineAttacks } from "../../../../tooling/verify/isolation/attacks/machine-attacks";
import { askApi, askRegistry, dial, fill } from "../../../../tooling/verify/isolation/requests";
import { studentNamed } from "../../../support/students";

const ALICE = studentNamed("alice", 1);

describe("requests of a student", () => {
  const seen: string[] = [];
  let server: Server;
  let address: string;

  before(async () => {
    server = createServer((request, response) => {
      const { method = "", url = "", headers } = request;
      seen.push([method, url, headers.authorization ?? "nobody"].join(" "));
      const begun = url.includes("/blobs/uploads/") && method === "POST";
      if (url.includes("secrets")) {
        response.writeHead(403).end(JSON.stringify({ kind: "Status", message: 'secrets is "forbidden"' }));
      } else if (begun) response.writeHead(202, { location: "/v2/alice/app/blobs/uploads/7?state=x" }).end();
      else if (method === "PATCH") {
        let bytes = 0;
        request.on("data", (part: Buffer) => (bytes += part.length));
        request.on("end", () => response.writeHead(bytes > 500 ? 403 : 200).end("x".repeat(bytes)));
      } else response.writeHead(200).end('{"message":"what nobody is to see"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const alice = () => ({
    ...ALICE,
    outputs: { ...ALICE.outputs, registry: { ...ALICE.outputs.registry, forPushing: address } },
  });

  const kubeconfigOf = (): string =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: `http://${address}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token: "alices-token" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });

  it("go to the registry as they are written, with the student's name or with none", async () => {
    const get = { kind: "registry", method: "GET", path: "/v2/alice/../bob/app/tags/list" } as const;
    assert.deepEqual(await askRegistry(alice(), { ...get, as: "nobody" }), { kind: "status", status: 200 });
    await askRegistry(alice(), { ...get, as: "student" });
    const basic = Buffer.from("alice:alices-password").toString("base64");
    assert.deepEqual(seen, [
      "GET /v2/alice/../bob/app/tags/list nobody",
      `GET /v2/alice/../bob/app/tags/list Basic ${basic}`,
    ]);
  });

  it("end an upload that has begun", async () => {
    const upload = { kind: "registry", method: "POST", path: "/v2/alice/app/blobs/uploads/" } as const;
    assert.deepEqual(await askRegistry(alice(), { ...upload, as: "nobody" }), {
      kind: "status",
      status: 202,
    });
    assert.deepEqual(seen, [
      "POST /v2/alice/app/blobs/uploads/ nobody",
      "DELETE /v2/alice/app/blobs/uploads/7?state=x nobody",
    ]);
  });

  it("tell that nothing answers", async () => {
    const { outputs } = ALICE;
    const nowhere = {
      ...ALICE,
      outputs: { ...outputs, registry: { ...outputs.registry, forPushing: "127.0.0.1:1" } },
    };
    const answer = await askRegistry(nowhere, {
      kind: "registry",
      as: "nobody",
      method: "GET",
      path: "/v2/",
    });
    assert.equal(answer.kind, "failed");
  });

  it("go to the API server with the kubeconfig's token, and tell why they are refused", async () => {
    const kubeconfig = kubeconfigOf();
    const path = "/api/v1/namespaces/gourmetgram-bob/secrets";
    assert.deepEqual(await askApi({ ...ALICE, kubeconfig }, { method: "GET", path }), {
      kind: "status",
      status: 403,
      text: 'secrets is "forbidden"',
    });
    assert.deepEqual(seen, [`GET ${path} Bearer alices-token`]);
  });

  it("reach a port of this machine or none, and which", async () => {
    const [host = "", port = ""] = address.split(":");
    assert.deepEqual(await dial({ host, port: Number(port) }), { kind: "connected" });
    const nobody = await dial({ host: "127.0.0.1", port: 1 });
    assert.equal(nobody.kind, "no connection");
    const tries = machineAttacks({ ...ALICE, kubeconfig: kubeconfigOf() });
    assert.deepEqual(tries[0]?.means, { kind: "dial", host, port: Number(port) });
    const refused = tries.slice(1).map(({ means }) => (means.kind === "dial" ? means.host : ""));
    assert.deepEqual(
      refused,
      [1, 2, 3, 4, 5].flatMap((last) => [`10.215.1.${last}`, `10.214.1.${last}`]),
    );
  });

  it("take no answer for a place's that the network gives for every address", async () => {
    // On Linux, all of 127.0.0.0/8 is this machine, 127.255.255.254 too.
    const everywhere = createServer((_, response) => response.writeHead(404).end()).listen(0, "0.0.0.0");
    try {
      await once(everywhere, "listening");
      const { port } = everywhere.address() as AddressInfo;
      assert.deepEqual(await dial({ host: "127.0.0.1", port }), {
        kind: "no connection",
        reason: "the network answers for it as for 127.255.255.254",
      });
    } finally {
      everywhere.close();
    }
  });

  it("tell how much of what is written is stored, of what came through", async () => {
    const patch = (size: number) => ({ method: "PATCH", path: "/x", body: "x".repeat(size - 2) }) as const;
    const own = { ...ALICE, kubeconfig: kubeconfigOf() };
    const some = await fill(own, { requests: [patch(400), patch(1000), patch(300)], most: 1000 });
    assert.equal(some.kind === "status" && some.status, 403);
    assert.match(some.kind === "status" ? (some.text ?? "") : "", /^2 of 3 came through, 0\.0 MB in \d+ s$/);
    const much = await fill(own, { requests: [patch(400), patch(400)], most: 700 });
    assert.equal(much.kind === "status" && much.status, 200);
    // Something else may refuse it.
    const none = await fill(own, { requests: [patch(1000)], most: 700 });
    assert.equal(none.kind, "failed");
  });
});
