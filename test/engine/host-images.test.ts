import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { dockerEnvironment } from "../../tooling/machine/docker/docker";
import { hostImagesText, removeHostImages } from "../../tooling/cluster/images/host-images";

/** Nobody listens there: the images are never pushed. */
const REGISTRY = "localhost:30999";
const OTHER = "localhost:30998";

describe("images that a stack has built in a real Docker", function () {
  this.timeout(60_000);
  let environment: Record<string, string>;

  const docker = (args: readonly string[], input?: string): string =>
    execFileSync("docker", args, {
      env: { ...process.env, ...environment },
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "ignore"],
    }).trim();

  const build = (name: string, label: string): string =>
    docker(["build", "--quiet", "--tag", name, "-"], `FROM scratch\nLABEL try=${label}\n`);

  const names = (registry: string): string[] =>
    docker(["image", "ls", "--filter", `reference=${registry}/*`])
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s+/).slice(0, 2).join(":"))
      .sort();

  before(async function () {
    environment = await dockerEnvironment();
    try {
      docker(["version"]);
    } catch {
      // There is no Docker daemon.
      this.skip();
    }
  });

  afterEach(() => {
    for (const name of [...names(REGISTRY), ...names(OTHER)]) docker(["image", "rm", name]);
  });

  it("are removed by the registry's address, and nothing else is", async () => {
    build(`${REGISTRY}/gourmetgram-train:latest`, "train");
    build(`${REGISTRY}/gourmetgram-git:latest`, "git");
    build(`${REGISTRY}/someone-elses:latest`, "else");
    build(`${OTHER}/gourmetgram-train:latest`, "other");
    const found = await removeHostImages(REGISTRY, environment);
    assert.deepEqual([...found.removed].sort(), [
      `${REGISTRY}/gourmetgram-git:latest`,
      `${REGISTRY}/gourmetgram-train:latest`,
    ]);
    assert.deepEqual(found.left, []);
    assert.deepEqual(names(REGISTRY), [`${REGISTRY}/someone-elses:latest`]);
    assert.deepEqual(names(OTHER), [`${OTHER}/gourmetgram-train:latest`]);
    assert.equal(hostImagesText(found), "images removed from Docker: 2");
    assert.deepEqual(await removeHostImages(REGISTRY, environment), { removed: [], left: [] });
  });

  it("lose their name alone where someone has given them another one", async () => {
    const id = build(`${REGISTRY}/gourmetgram-train:latest`, "shared");
    docker(["tag", id, `${OTHER}/mine:kept`]);
    await removeHostImages(REGISTRY, environment);
    assert.deepEqual(names(OTHER), [`${OTHER}/mine:kept`]);
  });

  it("are not known where Docker does not answer", async () => {
    const found = await removeHostImages(REGISTRY, { DOCKER_HOST: "unix:///nowhere.sock" });
    assert.deepEqual([found.removed, found.left], [[], []]);
    assert.match(hostImagesText(found), /images in Docker, if any, stay: it does not answer \(.+\)/);
  });
});
