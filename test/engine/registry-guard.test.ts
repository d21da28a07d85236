import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import {
  listRepositories,
  type RegistryPod,
  removeRepositories,
} from "../../tooling/class/cluster/registry-repositories";
import { GUARD_TEMP, READ_ONLY_FILE } from "../../components/registry/registry-guard-config";
import { goBuilds, isBuilt, programPath } from "../../tooling/toolchain/go-builds";
import { pushOwnBlob } from "../../tooling/verify/isolation/students/own-blob";
import { askRegistry } from "../../tooling/verify/isolation/requests";
import type { Student } from "../../tooling/verify/isolation/students/student";
import { registryTries } from "../../tooling/verify/isolation/tries/registry-tries";
import { judge } from "../../tooling/verify/isolation/tries/try";
import { studentNamed } from "../support/students";
import { digestOf, GuardedRegistry, passwordOf } from "./support/guarded-registry";

const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/** Who asks; undefined is nobody. */
const EVERYONE = [undefined, "base", "alice", "bob", "mallory"];

describe("the registry's guard, as nginx before the real registry", function () {
  this.timeout(60_000);
  let registry: GuardedRegistry;
  let base: { layer: string; manifest: string };
  let bobs: { layer: string; manifest: string };

  before(async function () {
    if (!isBuilt(goBuilds.registry)) return this.skip(); // `npm run up` builds the registry.
    if (!hasNginx) return this.skip(); // Debian's package nginx brings it.
    registry = await GuardedRegistry.start(programPath(goBuilds.registry, "registry"), [
      "base",
      "alice",
      "bob",
    ]);
    base = await registry.push("gourmetgram-train", "base", "a layer of the base");
    bobs = await registry.push("bob/gourmetgram-app", "bob", "what bob wrote");
  });

  after(() => registry?.stop());

  /** What each of {@link EVERYONE} gets. */
  async function statuses(method: string, path: string): Promise<number[]> {
    const found: number[] = [];
    for (const as of EVERYONE) {
      found.push((await registry.ask(method, path, as === undefined ? {} : { as })).status);
    }
    return found;
  }

  it("is the only way in, also with the settings of the official image, which open a port for debugging", () => {
    assert.match(registry.output, /level=info msg="listening on 127\.0\.0\.1:/);
    assert.doesNotMatch(registry.output, /debug server listening/);
  });

  describe("reading", () => {
    it("of the base's images takes no name, and any name will do", async () => {
      const { layer, manifest } = base;
      for (const method of ["GET", "HEAD"]) {
        for (const what of [
          "manifests/latest",
          `manifests/${digestOf(manifest)}`,
          `blobs/${layer}`,
          "tags/list?n=5",
        ]) {
          const expected = method === "HEAD" && what.startsWith("tags") ? 405 : 200;
          assert.deepEqual(
            await statuses(method, `/v2/gourmetgram-train/${what}`),
            EVERYONE.map(() => expected),
            what,
          );
        }
      }
      const wrong = await registry.ask("GET", `/v2/gourmetgram-train/blobs/${layer}`, {
        as: "alice",
        password: "wrong",
      });
      assert.deepEqual([wrong.status, wrong.body], [200, "a layer of the base"]);
    });

    it("of a student's images is for the student and for the base", async () => {
      for (const what of ["manifests/latest", `blobs/${bobs.layer}`, "tags/list"]) {
        assert.deepEqual(await statuses("GET", `/v2/bob/gourmetgram-app/${what}`), [401, 200, 401, 200, 401]);
      }
      assert.deepEqual(await statuses("GET", "/v2/bob/deep/er/tags/list"), [401, 404, 401, 404, 401]);
    });

    it("of the catalogue is for the base", async () => {
      assert.deepEqual(await statuses("GET", "/v2/_catalog"), [401, 200, 401, 401, 401]);
      const { body } = await registry.ask("GET", "/v2/_catalog", { as: "base" });
      assert.deepEqual(JSON.parse(body), { repositories: ["bob/gourmetgram-app", "gourmetgram-train"] });
    });

    it("takes the right password", async () => {
      for (const password of ["wrong", "", passwordOf("alice")]) {
        const { status } = await registry.ask("GET", "/v2/bob/gourmetgram-app/tags/list", {
          as: "bob",
          password,
        });
        assert.equal(status, 401);
      }
    });
  });

  describe("a client", () => {
    it("is told at /v2/ how to log in, and answered there if it is a user", async () => {
      const { status, headers } = await registry.ask("GET", "/v2/");
      assert.equal(status, 401);
      assert.equal(headers["www-authenticate"], 'Basic realm="registry"');
      assert.equal(headers["docker-distribution-api-version"], "registry/2.0");
      assert.deepEqual(await statuses("GET", "/v2/"), [401, 200, 200, 200, 403]);
      const alice = await registry.ask("GET", "/v2/", { as: "alice" });
      assert.equal(alice.headers["docker-distribution-api-version"], "registry/2.0");
      for (const as of ["../users/alice", "..", ".", "alice\0", "Alice", "alice/", "", "..data"]) {
        assert.equal((await registry.ask("GET", "/v2/", { as, password: passwordOf("alice") })).status, 401);
      }
    });

    it("is sent on to where it asked", async () => {
      const { headers } = await registry.ask("POST", "/v2/bob/gourmetgram-app/blobs/uploads/", { as: "bob" });
      assert.match(
        String(headers["location"]),
        /^\/v2\/bob\/gourmetgram-app\/blobs\/uploads\/[0-9a-f-]+\?_state=/,
      );
    });
  });

  describe("writing", () => {
    it("of the base's images is for the base", async () => {
      const uploads = "/v2/gourmetgram-train/blobs/uploads/";
      assert.deepEqual(await statuses("POST", uploads), [401, 202, 401, 401, 401]);
      assert.deepEqual(await statuses("GET", uploads), [401, 404, 401, 401, 401]);
      const pushed = await Promise.all(
        [undefined, "alice", "base"].map((as) =>
          registry.putManifest("gourmetgram-train", "other", base.manifest, as),
        ),
      );
      assert.deepEqual(
        pushed.map(({ status }) => status),
        [401, 401, 201],
      );
      for (const method of ["DELETE", "PUT", "PATCH", "POST", "OPTIONS", "PROPFIND"]) {
        const { status } = await registry.ask(method, "/v2/gourmetgram-train/manifests/other", {
          as: "alice",
        });
        assert.equal(status, 401, method);
      }
      assert.equal(
        (await registry.ask("DELETE", "/v2/gourmetgram-train/manifests/other", { as: "base" })).status,
        202,
      );
    });

    it("under a student's name is for the student and for the base", async () => {
      assert.deepEqual(await statuses("POST", "/v2/bob/other/blobs/uploads/"), [401, 202, 401, 202, 401]);
      await registry.push("alice/gourmetgram-app", "alice", "what alice wrote");
      await registry.push("alice/gourmetgram-app", "base", "what the base wrote for alice");
      await assert.rejects(registry.push("alice/gourmetgram-app", "bob", "x"), /POST uploads: 401/);
    });

    it("is not for a student who continues another's upload", async () => {
      const begun = await registry.ask("POST", "/v2/bob/gourmetgram-app/blobs/uploads/", { as: "bob" });
      const there = String(begun.headers["location"]);
      for (const path of [there, there.replace("/bob/", "/alice/")]) {
        const { status } = await registry.ask("PATCH", path, { as: "alice", body: "mine" });
        assert.equal(status, path === there ? 401 : 404);
      }
    });

    it("under a name without a user is refused", async () => {
      assert.deepEqual(await statuses("POST", "/v2/carol/x/blobs/uploads/"), [401, 202, 403, 403, 403]);
      assert.equal((await registry.ask("GET", "/v2/carol/x/tags/list", { as: "carol" })).status, 403);
    });

    it("is possible as soon as the user's file is there", async () => {
      registry.addUser("dora");
      await registry.push("dora/gourmetgram-app", "dora", "what dora wrote");
    });

    it("takes large blobs", async () => {
      await registry.upload("bob/gourmetgram-app", "bob", "x".repeat(30_000_000));
    });
  });

  describe("a blob from another repository", () => {
    const answer = async (
      query: string,
      as: string,
      more: { headers?: Record<string, string>; body?: string } = {},
    ) =>
      (await registry.ask("POST", `/v2/${as}/gourmetgram-app/blobs/uploads/${query}`, { as, ...more }))
        .status;

    it("is taken from the base's and from the same owner's", async () => {
      await registry.upload("alice/other", "alice", "a layer of alice's");
      const own = digestOf("a layer of alice's");
      for (const query of [
        `?mount=${base.layer}&from=gourmetgram-train`,
        `?from=gourmetgram-train&mount=${encodeURIComponent(base.layer)}`,
        `?mount=${base.layer}&from=gourmetgram-train&origin=registry.example.org%3A5000`,
        `?mount=${own}&from=alice/other`,
        `?mount=${own}&from=alice%2Fother`,
        `?mount=${own}&from=alice%2fother`,
      ]) {
        assert.equal(await answer(query, "alice"), 201, query);
      }
    });

    // The upload goes on as an ordinary one: the client has to have the blob.
    it("is not taken from another student's", async () => {
      const mount = `mount=${bobs.layer}`;
      for (const query of [
        `?${mount}&from=bob/gourmetgram-app`,
        `?${mount}&from=bob%2Fgourmetgram-app`,
        `?${mount}&from=%62ob/gourmetgram-app`,
        `?${mount}&%66rom=bob/gourmetgram-app`,
        `?from=bob/gourmetgram-app&${mount}`,
        `?${mount}&from=gourmetgram-train&from=bob/gourmetgram-app`,
        `?${mount}&from=bob/gourmetgram-app&from=gourmetgram-train`,
        `?${mount}&FROM=gourmetgram-train&from=bob/gourmetgram-app`,
        `?${mount}&from=alice/../bob/gourmetgram-app`,
        `?${mount}&from=alice%2F..%2Fbob%2Fgourmetgram-app`,
        `?${mount}&from=alice/other;from=bob/gourmetgram-app`,
        `?${mount}&x=&from=bob/gourmetgram-app`,
        `?${mount}&x=%0a&from=bob/gourmetgram-app`,
        `?${mount}&from=+bob/gourmetgram-app`,
        `?${mount}&from=/bob/gourmetgram-app`,
      ]) {
        assert.equal(await answer(query, "alice"), 202, query);
      }
      // The question itself is a good one.
      assert.equal(await answer(`?${mount}&from=bob/gourmetgram-app`, "bob"), 201);
    });

    it("is not taken when a form asks for it", async () => {
      const form = `mount=${encodeURIComponent(bobs.layer)}&from=bob%2Fgourmetgram-app`;
      const multipart = ["mount", bobs.layer, "from", "bob/gourmetgram-app"].reduce(
        (text, each, index) =>
          index % 2 === 0
            ? `${text}--b\r\nContent-Disposition: form-data; name="${each}"\r\n\r\n`
            : `${text}${each}\r\n`,
        "",
      );
      const forms: [string, string][] = [
        ["application/x-www-form-urlencoded", form],
        ["multipart/form-data; boundary=b", `${multipart}--b--\r\n`],
      ];
      for (const [type, body] of forms) {
        const more = { headers: { "Content-Type": type }, body };
        assert.equal(await answer("", "alice", more), 202, type);
        assert.equal(await answer(`?mount=${base.layer}&from=gourmetgram-train`, "alice", more), 201, type);
      }
    });
  });

  // What `npm run verify:class` does to the registry of a class, on this one.
  describe("what is tried of a live class", () => {
    const studentOf = (name: string, number: number, port: number, blob = ""): Student => {
      const found = studentNamed(name, number);
      const addresses = { inCluster: "", fromNodes: "", forPushing: `127.0.0.1:${port}`, own: true };
      return {
        ...found,
        outputs: { ...found.outputs, registry: { ...found.outputs.registry, ...addresses } },
        registryUser: { username: name, password: passwordOf(name) },
        blob,
      };
    };

    it("comes to what it has to, also where a student has pushed nothing", async () => {
      for (const name of ["fay", "gus"]) registry.addUser(name);
      const blobs = await Promise.all(
        ["fay", "gus"].map((name) => pushOwnBlob(studentOf(name, 1, registry.port), "test")),
      );
      const [fay, gus] = ["fay", "gus"].map((name, index) =>
        studentOf(name, index + 1, registry.port, blobs[index]?.digest),
      ) as [Student, Student];
      const tries = registryTries(fay, gus);
      assert.ok(tries.some(({ what }) => what === "to take a blob over from gus's repository"));
      for (const attempt of tries) {
        assert.ok(attempt.means.kind === "registry");
        const { passed, seen } = judge(attempt, await askRegistry(fay, attempt.means));
        assert.ok(passed, `${attempt.who} tries ${attempt.what}: expected ${attempt.expected}, ${seen}`);
      }
      for (const { remove } of blobs) await remove();
      const gone = await registry.ask("HEAD", `/v2/gus/gourmetgram-app/blobs/${gus.blob}`, { as: "gus" });
      assert.equal(gone.status, 404);
    });

    it("is noticed where the guard lets a blob be taken", async () => {
      await registry.upload("bob/gourmetgram-app", "bob", "bobs");
      // Bob in alice's place: what she must not, he may.
      const bob = studentOf("bob", 1, registry.port, digestOf("bobs"));
      const attempt = registryTries(bob, bob).find(({ what }) =>
        what.startsWith("to take a blob over from bob's"),
      );
      assert.ok(attempt?.means.kind === "registry");
      assert.equal(judge(attempt, await askRegistry(bob, attempt.means)).passed, false);
    });
  });

  describe("a trick", () => {
    it("with the path does not work: paths are taken as they are written, or not at all", async () => {
      const target = "bob/gourmetgram-app/manifests/latest";
      for (const path of [
        `/v2/alice/../${target}`,
        `/v2/alice/%2e%2e/${target}`,
        `/v2/alice/%2E./${target}`,
        `/v2/alice/..%2f${target}`,
        `/v2/alice%2f..%2f${target}`,
        `/v2/alice/x/../../${target}`,
        `/v2/alice/./../${target}`,
        `/v2//${target}`,
        `//v2/${target}`,
        `/v2/alice//${target}`,
        `/v2/%62ob/gourmetgram-app/manifests/latest`,
        `/v2/bob%2fgourmetgram-app/manifests/latest`,
        `/v2/bob%2Fgourmetgram-app%2Fmanifests%2Flatest`,
        `/v2/alice/..;/${target}`,
        `/v2/alice\\..\\${target}`,
        `/v2/gourmetgram-train/../${target}`,
        `/v2/gourmetgram-train/manifests/../../${target}`,
        `/v2/gourmetgram-train/manifests/..%2f..%2f${target}`,
        `/v2/gourmetgram-train/manifests/latest%0a`,
        `/v2/gourmetgram-train/manifests/latest%00`,
        `/healthz/../v2/${target}`,
        `/v2/_catalog/../${target}`,
        `/v2/./_catalog`,
        `/v2/%5fcatalog`,
        `/v2/x#/../${target}`,
      ]) {
        assert.equal((await registry.ask("GET", path, { as: "alice" })).status, 400, path);
        assert.equal((await registry.ask("GET", path)).status, 400, path);
      }
      for (const path of [
        "/",

        "/v2/_catalog/",
        "/v2/_catalog/x",
        "/v2/BOB/x/tags/list",
        "/debug/vars",
        "/metrics",
      ]) {
        assert.equal((await registry.ask("GET", path, { as: "alice" })).status, 404, path);
      }
      // The same path as a proxy's client writes it.
      const absolute = `http://127.0.0.1:${registry.port}/v2/${target}`;
      assert.equal((await registry.ask("GET", absolute, { as: "alice" })).status, 401);
    });

    // The parts of the protocol's paths are names like any other: what looks like the base's must not be a student's.
    it("with repositories called as parts of the protocol does not work", async () => {
      for (const repository of [
        "bob/manifests",
        "bob/blobs",
        "bob/tags",
        "bob/blobs/uploads",
        "bob/tags/list",
      ]) {
        await registry.push(repository, "bob", `in ${repository}`);
        const blob = `/v2/${repository}/blobs/${digestOf(`in ${repository}`)}`;
        for (const path of [blob, `/v2/${repository}/manifests/latest`, `/v2/${repository}/tags/list`]) {
          assert.deepEqual(await statuses("GET", path), [401, 200, 401, 200, 401], path);
        }
        assert.deepEqual(
          await statuses("POST", `/v2/${repository}/blobs/uploads/`),
          [401, 202, 401, 202, 401],
        );
      }
    });

    it("with headers that stand in for the method or the path does not work", async () => {
      const headers = { "X-HTTP-Method-Override": "DELETE", "X-Original-URL": "/v2/_catalog" };
      const path = "/v2/gourmetgram-train/manifests/latest";
      assert.equal((await registry.ask("GET", path, { headers })).body, base.manifest);
      assert.equal((await registry.ask("GET", path)).status, 200);
    });
  });

  describe("a student's repositories", () => {
    /** What is done after the registry has been stopped from being written to, and what came of it. */
    let meanwhile: (() => Promise<unknown>) | undefined;
    let duringCollection: unknown;

    /** The class command's way, without the Kubernetes API server in between. */
    const pod: RegistryPod = {
      run: async (container, [program = "", ...args]) => {
        if (container === "registry") {
          duringCollection = await meanwhile?.();
          return registry.runProgram(...args.slice(0, -1));
        }
        const here = args.map((each) =>
          each
            .replace("/var/lib/registry/docker/registry/v2", registry.data)
            .replace(`${GUARD_TEMP}/${READ_ONLY_FILE}`, `${registry.temp}/${READ_ONLY_FILE}`)
            // So that nothing of it is left long after the test.
            .replace(/^1800$/, "10"),
        );
        return (await execa(program, here)).stdout;
      },
      isPushedTo: () => Promise.resolve(false),
    };
    const blobFile = (digest: string): string => {
      const hash = digest.replace("sha256:", "");
      return join(registry.data, "blobs", "sha256", hash.slice(0, 2), hash, "data");
    };

    it("are listed, and removed with all that only they hold", async () => {
      const pushed = await registry.push("erik/gourmetgram-app", "base", "what is erik's alone");
      const shared = await registry.push("erik/deep/er", "base", "a layer of the base");
      await registry.ask("POST", "/v2/erik/begun/blobs/uploads/", { as: "base" });
      // One of the base's, which happens to be called as he is.
      await registry.push("erik", "base", "what the base calls erik");
      assert.deepEqual(await listRepositories("erik/", pod), [
        "erik/begun",
        "erik/deep/er",
        "erik/gourmetgram-app",
      ]);
      assert.deepEqual(await listRepositories("nobody/", pod), []);

      assert.equal(await removeRepositories("erik/", pod), true);
      assert.equal(await removeRepositories("nobody/", pod), true);

      assert.deepEqual(await listRepositories("erik/", pod), []);
      const { body } = await registry.ask("GET", "/v2/_catalog", { as: "base" });
      const { repositories } = JSON.parse(body) as { repositories: string[] };
      assert.deepEqual(
        repositories.filter((each) => each.startsWith("erik")),
        ["erik"],
      );
      assert.equal(existsSync(blobFile(pushed.layer)), false);
      assert.equal(existsSync(blobFile(shared.layer)), true);
      const kept = await registry.ask("GET", `/v2/gourmetgram-train/blobs/${base.layer}`);
      assert.equal(kept.body, "a layer of the base");
    });

    it("are collected while nobody writes, and everybody reads", async () => {
      await registry.upload("bob/gourmetgram-app", "bob", "a layer whose image is not there yet");
      const uploads = "/v2/bob/gourmetgram-app/blobs/uploads/";
      meanwhile = async () => [
        (await registry.ask("POST", uploads, { as: "bob" })).status,
        (await registry.putManifest("bob/gourmetgram-app", "new", bobs.manifest, "bob")).status,
        (await registry.ask("DELETE", "/v2/bob/gourmetgram-app/manifests/latest", { as: "bob" })).status,
        (await registry.ask("GET", "/v2/bob/gourmetgram-app/manifests/latest", { as: "bob" })).status,
        (await registry.ask("GET", "/healthz")).status,
      ];
      assert.equal(await removeRepositories("erik/", pod), true);
      meanwhile = undefined;
      assert.deepEqual(duringCollection, [503, 503, 503, 200, 200]);
      // Afterwards the push goes on: what was taken for waste is missed, and pushed again.
      const layer = digestOf("a layer whose image is not there yet");
      const blob = `/v2/bob/gourmetgram-app/blobs/${layer}`;
      assert.equal((await registry.ask("HEAD", blob, { as: "bob" })).status, 404);
      await registry.push("bob/gourmetgram-app", "bob", "a layer whose image is not there yet");
    });

    // The running registry must not remember what has been collected.
    it("can be pushed again afterwards", async () => {
      const layer = digestOf("what is erik's alone");
      const blob = `/v2/erik/gourmetgram-app/blobs/${layer}`;
      assert.equal((await registry.ask("HEAD", blob, { as: "base" })).status, 404);
      await registry.push("erik/gourmetgram-app", "base", "what is erik's alone");
      assert.equal((await registry.ask("GET", blob, { as: "base" })).body, "what is erik's alone");
    });
  });

  // Last of all, because nothing answers afterwards.
  describe("the probes", () => {
    it("call the pod ready only while the registry answers", async () => {
      assert.equal((await registry.ask("GET", "/healthz")).status, 200);
      await registry.stopRegistry();
      assert.equal((await registry.ask("GET", "/healthz")).status, 502);
      assert.equal((await registry.ask("GET", "/alive")).status, 200);
    });
  });
});
