import assert from "node:assert/strict";
import {
  credentialsKey,
  familiarRepository,
  parseImageName,
} from "../../tooling/engine/plugins/docker/image-name";

describe("image names", () => {
  const names: [name: string, host: string | undefined, repository: string, familiar: string][] = [
    ["train", undefined, "train", "train"],
    ["team/train:v1", undefined, "team/train", "team/train"],
    ["localhost/train", "localhost", "localhost/train", "localhost/train"],
    ["localhost:30500/train:v1", "localhost:30500", "localhost:30500/train", "localhost:30500/train"],
    ["[::1]:30500/train:v1", "[::1]:30500", "[::1]:30500/train", "[::1]:30500/train"],
    ["ghcr.io/a/b/c:1.0_x-y", "ghcr.io", "ghcr.io/a/b/c", "ghcr.io/a/b/c"],
    ["docker.io/library/python:3.11-slim", "docker.io", "docker.io/library/python", "python"],
    ["docker.io/team/train", "docker.io", "docker.io/team/train", "team/train"],
  ];
  for (const [name, host, repository, familiar] of names) {
    it(`reads ${name}`, () => {
      const parsed = parseImageName(name);
      assert.ok(parsed);
      assert.deepEqual({ host: parsed.host, repository: parsed.repository }, { host, repository });
      assert.equal(familiarRepository(parsed), familiar);
    });
  }

  for (const name of [
    "",
    "Train",
    "train:",
    "train:a:b",
    "localhost:30500/",
    "a b",
    "train@sha256:00",
    "-x",
    "a//b",
  ]) {
    it(`refuses "${name}"`, () => assert.equal(parseImageName(name), undefined));
  }

  it("finds the key of a registry's credentials", () => {
    assert.equal(credentialsKey("https://registry.example.com:5000/v2/"), "registry.example.com:5000");
    assert.equal(credentialsKey("localhost:30500"), "localhost:30500");
    assert.equal(credentialsKey("docker.io"), "https://index.docker.io/v1/");
    assert.equal(credentialsKey("https://index.docker.io/v1/"), "https://index.docker.io/v1/");
  });
});
