import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  answers,
  currentWish,
  decideEngine,
  decideImages,
  decideKind,
  wishFor,
} from "../../../../tooling/machine/reach";
import { versions } from "../../../../tooling/machine/versions";

const everything = (): Promise<boolean> => Promise.resolve(true);
const nothing = (): Promise<boolean> => Promise.resolve(false);
const never = (): Promise<boolean> => Promise.reject(new Error("asked in spite of the user's wish"));

describe("what is decided about the way to the internet", () => {
  const names = ["GOURMETGRAM_REACH", "GOURMETGRAM_ENGINE"] as const;
  const before = names.map((name) => process.env[name]);
  beforeEach(() => names.forEach((name) => delete process.env[name]));
  afterEach(() =>
    names.forEach((name, index) => {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    }),
  );

  it("images are pulled where both registries answer", async () => {
    assert.deepEqual(await decideImages(undefined, everything), {
      thing: "Images",
      choice: "official",
      text: "pulled, the nodes' is kindest/node:v1.37.0, because registry-1.docker.io and quay.io answer",
    });
  });

  it("images are built where one of them does not, and it is named", async () => {
    const decision = await decideImages(undefined, (address) =>
      Promise.resolve(!address.includes("quay.io")),
    );
    assert.equal(decision.choice, "built");
    assert.equal(
      decision.text,
      `built here, the nodes have Kubernetes ${versions.kubernetes}, because quay.io cannot be reached`,
    );
  });

  it("the user's wish is followed without asking anybody", async () => {
    const online = await decideImages("online", never);
    assert.deepEqual(
      [online.choice, online.text.split(", ").at(-1)],
      ["official", "because --online says so"],
    );
    const offline = await decideEngine("offline", never);
    assert.deepEqual(
      [offline.choice, offline.text],
      ["built", "built here from Go modules, because --offline says so"],
    );
  });

  it("GOURMETGRAM_ENGINE decides about the engine alone", async () => {
    process.env["GOURMETGRAM_ENGINE"] = "official";
    const engine = await decideEngine("offline", never);
    assert.deepEqual(
      [engine.choice, engine.text],
      ["official", "downloaded, because GOURMETGRAM_ENGINE is official"],
    );
    assert.equal((await decideImages("offline", never)).choice, "built");
  });

  it("the engine is downloaded where its site answers", async () => {
    assert.equal((await decideEngine(undefined, everything)).choice, "official");
    assert.equal((await decideEngine(undefined, nothing)).choice, "built");
  });

  it("a kind of the pinned version on the PATH is used, any other one is not", async () => {
    const own = await decideKind(() => Promise.resolve("0.33.0"));
    assert.deepEqual([own.choice, own.text], ["official", "0.33.0, from the PATH"]);
    const other = await decideKind(() => Promise.resolve("0.29.0"));
    assert.deepEqual(
      [other.choice, other.text],
      ["built", "0.33.0, built here, because the one on the PATH is 0.29.0"],
    );
    const none = await decideKind(() => Promise.resolve(undefined));
    assert.equal(none.text, "0.33.0, built here, because there is none on the PATH");
  });

  it("the options are handed on to the programs that are started", () => {
    wishFor({});
    assert.equal(currentWish(), undefined);
    wishFor({ offline: true });
    assert.equal(process.env["GOURMETGRAM_REACH"], "offline");
    assert.equal(currentWish(), "offline");
  });

  it("another value of the variable is refused", () => {
    process.env["GOURMETGRAM_REACH"] = "maybe";
    assert.throws(() => currentWish(), {
      message:
        "GOURMETGRAM_REACH is maybe: expected online, offline or auto\n" +
        "  remedy: unset GOURMETGRAM_REACH, or use --online or --offline",
    });
  });

  it("a server answers whatever it says, and where none listens nobody does", async () => {
    const server = createServer((_, response) => response.writeHead(401).end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/`;
    assert.equal(await answers(address), true);
    server.close();
    server.closeAllConnections();
    await once(server, "close");
    assert.equal(await answers(address), false);
  });
});
