import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { kibibytesOf } from "../../components/registry/registry-space";
import { goBuilds, isBuilt, programPath } from "../../tooling/toolchain/go-builds";
import { type Answer, digestOf, GuardedRegistry } from "./support/guarded-registry";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

const LIMIT = kibibytesOf("2Mi");
const MIB = 1024 * 1024;
/** Bytes that nothing else has. */
const bytes = (size: number, of: string): string =>
  of.repeat(Math.ceil(size / of.length)).slice(0, Math.floor(size));

describe("the space of a student, as nginx before the real registry bounds it", function () {
  this.timeout(60_000);
  let registry: GuardedRegistry;

  beforeEach(async function () {
    if (!isBuilt(goBuilds.registry)) return this.skip(); // `npm run up` builds the registry.
    if (!hasNginx) return this.skip(); // Debian's package nginx brings it.
    registry = await GuardedRegistry.start(
      programPath(goBuilds.registry, "registry"),
      ["base", "alice", "bob"],
      LIMIT,
    );
  });

  afterEach(() => registry?.stop());

  const begin = (owner: string, as = owner): Promise<Answer> =>
    registry.ask("POST", `/v2/${owner}/gourmetgram-app/blobs/uploads/`, { as });

  /** Status and message of a refusal. */
  const told = ({ status, headers, body }: Answer): unknown[] => {
    const { errors } = JSON.parse(body) as { errors: { code: string; message: string }[] };
    return [status, headers["content-type"], headers["docker-distribution-api-version"], errors];
  };
  const refusal = (status: number, message: string): unknown[] => [
    status,
    "application/json",
    "registry/2.0",
    [{ code: "DENIED", message }],
  ];
  const FULL = refusal(
    403,
    "the images and build caches of alice take 3 MiB of the 2 MiB that each student has in the registry. " +
      "Ask your teacher to delete old images, or to raise registrySpacePerStudent.",
  );

  /** Alice has pushed an image and another layer: together more than she may. */
  async function fill(): Promise<{ layer: string; manifest: string }> {
    const pushed = await registry.push("alice/gourmetgram-app", "alice", bytes(1.3 * MIB, "one"));
    await registry.measure();
    await registry.upload("alice/other", "alice", bytes(1.3 * MIB, "two"));
    await registry.measure();
    return pushed;
  }

  it("is enough until it is measured to be more than the limit, and only the owner is refused then", async () => {
    const { layer, manifest } = await fill();
    assert.deepEqual(told(await begin("alice")), FULL);
    assert.deepEqual(
      told(await registry.putManifest("alice/gourmetgram-app", "new", manifest, "alice")),
      FULL,
    );
    const mount = `/v2/alice/x/blobs/uploads/?mount=${layer}&from=alice/gourmetgram-app`;
    assert.deepEqual(told(await registry.ask("POST", mount, { as: "alice" })), FULL);

    await registry.push("bob/gourmetgram-app", "bob", "what bob wrote");
    await registry.push("gourmetgram-train", "base", bytes(3 * MIB, "base"));
    await registry.push("alice/gourmetgram-app", "base", "what the base wrote for alice");
  });

  it("does not keep the owner from reading and deleting", async () => {
    const { layer, manifest } = await fill();
    const image = `/v2/alice/gourmetgram-app/manifests/${digestOf(manifest)}`;
    const ask = async (method: string, path: string): Promise<number> =>
      (await registry.ask(method, path, { as: "alice" })).status;
    assert.deepEqual(
      [
        await ask("GET", image),
        await ask("HEAD", `/v2/alice/gourmetgram-app/blobs/${layer}`),
        await ask("GET", "/v2/alice/gourmetgram-app/tags/list"),
        await ask("DELETE", image),
        await ask("DELETE", `/v2/alice/gourmetgram-app/blobs/${layer}`),
      ],
      [200, 200, 200, 202, 202],
    );
  });

  it("is not free before what was deleted is collected: pushing and deleting in turn gains nothing", async () => {
    const { layer, manifest } = await fill();
    const repository = "/v2/alice/gourmetgram-app";
    for (const path of [`${repository}/manifests/${digestOf(manifest)}`, `${repository}/blobs/${layer}`]) {
      assert.equal((await registry.ask("DELETE", path, { as: "alice" })).status, 202);
    }
    await registry.measure();
    assert.deepEqual(told(await begin("alice")), FULL);
    await registry.runProgram("garbage-collect");
    await registry.measure();
    await registry.push("alice/gourmetgram-app", "alice", "a smaller layer");
  });

  it("says nothing to those without the password", async () => {
    await fill();
    for (const asking of [
      {},
      { as: "alice", password: "wrong" },
      { as: "bob" },
      { as: "base", password: "" },
    ]) {
      const answer = await registry.ask("POST", "/v2/alice/gourmetgram-app/blobs/uploads/", asking);
      assert.equal(answer.status, 401);
      assert.doesNotMatch(answer.body, /MiB/);
    }
    for (const path of ["/full/alice", "/full/", "/too-large"]) {
      assert.equal((await registry.ask("GET", path, { as: "alice" })).status, 404, path);
    }
  });

  it("is taken by an unfinished upload too, which cannot be continued then", async () => {
    const { headers } = await begin("alice");
    const upload = String(headers["location"]);
    const more = { as: "alice", body: bytes(1.5 * MIB, "three") };
    const { headers: first } = await registry.ask("PATCH", upload, more);
    const second = await registry.ask("PATCH", String(first["location"]), more);
    assert.equal(second.status, 202);
    await registry.measure();
    const next = String(second.headers["location"]);
    const [status] = told(await registry.ask("PATCH", next, more));
    assert.equal(status, 403);
    const digest = digestOf(more.body + more.body);
    const [ended] = told(await registry.ask("PUT", `${next}&digest=${digest}`, { as: "alice" }));
    assert.equal(ended, 403);
    assert.equal((await registry.ask("DELETE", next, { as: "alice" })).status, 204);
    await registry.measure();
    assert.equal((await begin("alice")).status, 202);
  });

  it("is taken by manifests as well", async () => {
    const { manifest } = await registry.push("alice/gourmetgram-app", "alice", "a small layer");
    for (const each of ["four", "five"]) {
      const annotations = { note: bytes(1.3 * MIB, each) };
      const large = JSON.stringify({ ...(JSON.parse(manifest) as object), annotations });
      const put = await registry.putManifest("alice/gourmetgram-app", "latest", large, "alice");
      assert.equal(put.status, 201);
    }
    await registry.measure();
    assert.deepEqual(told(await begin("alice")), FULL);
  });

  it("is not taken by layers of the base", async () => {
    const large = bytes(3 * MIB, "base");
    await registry.push("gourmetgram-app-base", "base", large);
    const mount = `?mount=${digestOf(large)}&from=gourmetgram-app-base`;
    const path = `/v2/alice/gourmetgram-app/blobs/uploads/${mount}`;
    assert.equal((await registry.ask("POST", path, { as: "alice" })).status, 201);
    await registry.measure();
    assert.equal((await begin("alice")).status, 202);
  });

  it("has no room for a layer that is larger than all of it, whichever way it is sent", async () => {
    const body = bytes(2 * MIB + 1, "large");
    const expected = refusal(
      413,
      "a layer is larger than the 2 MiB that each student has in the registry. Leave out of the image what it does not need.",
    );
    for (const headers of [{ "Content-Length": String(body.length) }, { "Transfer-Encoding": "chunked" }]) {
      const { headers: begun } = await begin("alice");
      const upload = String(begun["location"]);
      assert.deepEqual(told(await registry.ask("PATCH", upload, { as: "alice", body, headers })), expected);
    }
    await registry.upload("alice/other", "alice", bytes(2 * MIB, "just as large"));
  });
});
