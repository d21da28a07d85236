import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { REQUESTS_AT_ONCE } from "../../components/registry/registry-guard-config";
import { until } from "../../tooling/support/until";
import { goBuilds, isBuilt, programPath } from "../../tooling/toolchain/go-builds";
import { GuardedRegistry, passwordOf } from "./support/guarded-registry";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/** The base's image, which everybody pulls. */
const IMAGE = "/v2/gourmetgram-train/manifests/latest";

/** A student's build, and a node. */
const [BUILD, NODE] = ["127.0.0.1", "127.0.0.2"];

describe("the registry's guard, while a build holds connections", function () {
  this.timeout(60_000);
  let registry: GuardedRegistry;
  let held: Socket[] = [];

  before(async function () {
    if (!isBuilt(goBuilds.registry)) return this.skip(); // `npm run up` builds the registry.
    if (!hasNginx) return this.skip(); // Debian's package nginx brings it.
    registry = await GuardedRegistry.start(programPath(goBuilds.registry, "registry"), ["base", "alice"]);
    await registry.push("gourmetgram-train", "base", "a layer of the base");
  });

  afterEach(() => {
    for (const socket of held) socket.destroy();
    held = [];
  });

  after(() => registry?.stop());

  /** Opens connections from the build's address and says the beginning of something on each. */
  async function hold(count: number, words: string): Promise<void> {
    for (let opened = 0; opened < count; opened += 100) {
      const some = Array.from({ length: Math.min(100, count - opened) }, () =>
        connect({ port: registry.port, host: "127.0.0.1", localAddress: BUILD }),
      );
      for (const socket of some) socket.on("error", () => undefined);
      await Promise.all(some.map((socket) => once(socket, "connect")));
      for (const socket of some) socket.write(words);
      held.push(...some);
    }
  }

  const status = async (path: string, from: string): Promise<number> =>
    (await registry.ask("GET", path, { from })).status;

  it("answers others where all of its requests wait for the rest of what is pushed", async () => {
    const user = Buffer.from(`alice:${passwordOf("alice")}`).toString("base64");
    const push = [
      "PUT /v2/alice/gourmetgram-app/manifests/latest HTTP/1.1",
      "Host: registry",
      `Authorization: Basic ${user}`,
      "Content-Type: application/vnd.oci.image.manifest.v1+json",
      "Content-Length: 1000",
      "\r\n",
    ].join("\r\n");
    await hold(REQUESTS_AT_ONCE, push);
    // What is asked meanwhile counts too, and one of the others is turned away for it.
    const isFull = async (): Promise<boolean> => {
      if ((await status(IMAGE, BUILD)) === 429) return true;
      await hold(1, push);
      return false;
    };
    await until(isFull, { seconds: 30, pauseMilliseconds: 100 });

    const { body } = await registry.ask("GET", IMAGE, { from: BUILD });
    const { errors } = JSON.parse(body) as { errors: { code: string; message: string }[] };
    assert.deepEqual(
      errors.map(({ code, message }) => `${code}: ${message}`),
      ["TOOMANYREQUESTS: more than 64 requests at once from one address. Ask again later."],
    );
    assert.equal(await status(IMAGE, NODE), 200);
    // A node's kubelet asks whether it lives, whatever else comes from there.
    assert.equal(await status("/healthz", BUILD), 200);
    assert.equal(await status("/alive", BUILD), 200);
  });

  it("answers the build again when it lets go", async () => {
    await until(async () => (await status(IMAGE, BUILD)) === 200, { seconds: 30, pauseMilliseconds: 100 });
  });

  it("answers others where thousands of its requests never end, and waits ten seconds for each", async () => {
    await hold(3000, "GET /v2/ HTTP/1.1\r\nHost: ");
    assert.equal(await status(IMAGE, NODE), 200);
    await delay(5000);
    assert.equal(await status(IMAGE, NODE), 200);
    const open = (): Socket[] => held.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded);
    for (const socket of held) socket.resume();
    await until(() => Promise.resolve(open().length === 0), { seconds: 30 });
  });
});
