import assert from "node:assert/strict";
import { setConfig } from "../../support/mocks";
import { valuesOf } from "../../support/program";
import { describeStack } from "../../support/stack";

/** As with the registry that kind's documentation has beside its cluster, and a third address for nodes. */
const plain = () =>
  setConfig({
    externalRegistry: "localhost:5001/team",
    registryPullAddress: "mirror.example:5000/team",
    externalRegistryInCluster: "kind-registry:5000/team",
    externalRegistryPlainHttp: true,
    platform: "linux/arm64",
    buildkitMode: "userns",
  });

describeStack("on a registry with three addresses that speaks plain HTTP", plain, (stack) => {
  const kubernetes = () => stack.all.filter(({ type }) => type.startsWith("kubernetes:"));
  const images = () => stack.all.filter(({ type }) => type === "docker:index/image:Image");

  it("tells the three addresses", async () => {
    const { registry } = await valuesOf(stack.outputs);
    assert.deepEqual(registry, {
      inCluster: "kind-registry:5000/team",
      fromNodes: "mirror.example:5000/team",
      forPushing: "localhost:5001/team",
      own: false,
      plainHttp: true,
    });
  });

  it("pushes every image to Docker's address, built for the nodes' platform", () => {
    assert.deepEqual(
      images()
        .map(({ inputs }) => inputs["imageName"])
        .sort(),
      ["app-base", "git", "mlflow", "pipeline", "train-base", "train"].map(
        (name) => `localhost:5001/team/gourmetgram-${name}:test`,
      ),
    );
    const platforms = images().map(({ inputs }) => (inputs["build"] as { platform: unknown }).platform);
    assert.deepEqual([...new Set(platforms)], ["linux/arm64"]);
  });

  it("has nothing in the cluster that would look for the registry on a loopback address", () => {
    const wrong = kubernetes().filter(({ inputs }) => JSON.stringify(inputs).includes("localhost:5001"));
    assert.deepEqual(
      wrong.map(({ name }) => name),
      [],
    );
  });

  it("has pods pull from the nodes' address, and BuildKit work with that of pods", () => {
    const text = (name: string) => JSON.stringify(stack.all.find((each) => each.name === name)?.inputs);
    assert.match(text("mlflow-server"), /"image":"mirror\.example:5000\/team\/gourmetgram-mlflow@sha256:/);
    assert.match(
      text("staging-deployment"),
      /"image":"mirror\.example:5000\/team\/gourmetgram-app-base@sha256:/,
    );
    const build = text("workflows-build");
    assert.match(build, /kind-registry:5000\/team\/gourmetgram-app-base@sha256:/);
    assert.match(build, /kind-registry:5000\/team\/gourmetgram-app\b/);
    assert.match(build, /mirror\.example:5000\/team\/gourmetgram-app\b/);
    assert.match(text("builder-config"), /\[registry\.\\"kind-registry:5000\\"\]\\n {2}http = true/);
    assert.match(text("builder-server"), /"hostUsers":false/);
  });
});
