import assert from "node:assert/strict";
import { restrictedNamespaces, unfitImage } from "../../../../tooling/cluster/images/official-node";
import { versions } from "../../../../tooling/machine/versions";
import { requireNodeImage } from "../../../../tooling/toolchain/kind-source";

describe("a node image that does not fit", () => {
  it("is one of another architecture than the machine's, as DOCKER_DEFAULT_PLATFORM leaves behind", () => {
    assert.equal(unfitImage("arm64", "aarch64"), undefined);
    assert.equal(unfitImage("amd64", "x86_64"), undefined);
    assert.equal(
      unfitImage("amd64", "aarch64"),
      `the image ${versions.kindNode} in Docker is for linux/amd64, and Docker runs on linux/arm64`,
    );
    assert.equal(unfitImage(undefined, "aarch64"), `Docker has no image ${versions.kindNode}`);
  });

  it("is one that this kind does not name as its own", () => {
    requireNodeImage(`package defaults\n\nconst Image = "${versions.kindNode}"\n`);
    assert.throws(() => requireNodeImage('const Image = "kindest/node:v1.38.0@sha256:0123"\n'), {
      message:
        "the node image of kind 0.33.0 is kindest/node:v1.38.0@sha256:0123, " +
        `and that of tooling/machine/versions.ts is ${versions.kindNode}`,
    });
  });
});

describe("the kernel that Docker runs on", () => {
  it("keeps BuildKit from starting without root only where AppArmor restricts user namespaces", () => {
    for (const setting of [undefined, "", "0\n"]) assert.equal(restrictedNamespaces(setting), undefined);
    assert.match(restrictedNamespaces("1\n")?.problem ?? "", /^AppArmor restricts user namespaces/);
  });
});
