import assert from "node:assert/strict";
import { parse } from "yaml";
import { embeddedSettings } from "../../../../../tooling/engine/stack/embedded-settings";
import { baseImages, labImages } from "../../../../../tooling/machine/docker/image-names";
import { defaultStack, nodePorts, withSettings } from "../../../../../tooling/engine/stack/stack-settings";
import { loadConfig } from "../../../../../config/load";
import { KEYS } from "../../../../../config/keys";
import type { LabConfig } from "../../../../../config/stack-config";
import { PROJECT, resetMocks, setConfig, type Plain } from "../../../../support/mocks";

describe("the stack that is worked on", () => {
  it("is dev where its file names a cluster, else the embedded lab's", () => {
    assert.equal(defaultStack({}), "embedded");
    assert.equal(defaultStack({ "gourmetgram:size": "small" }), "embedded");
    assert.equal(defaultStack({ "kubernetes:context": "course" }), "dev");
    assert.equal(defaultStack({ "kubernetes:kubeconfig": "/home/me/config" }), "dev");
  });
});

describe("what the lab sets for stacks on its own cluster", () => {
  const built = embeddedSettings("built", "172.18.0.0/16");

  it("is below what the stack's file sets, which keeps its comments, secrets and salt", () => {
    const text =
      "encryptionsalt: v1:abc\n" +
      "config:\n" +
      "  # mine\n" +
      "  gourmetgram:mlflowStorage: 1Gi\n" +
      "  gourmetgram:externalRegistryPassword:\n" +
      "    secure: v1:xyz\n";
    const merged = withSettings(text, { "gourmetgram:mlflowStorage": "5Gi", "gourmetgram:a": ["b/c"] });
    assert.ok(merged.startsWith(text), merged);
    assert.deepEqual((parse(merged) as { config: unknown }).config, {
      "gourmetgram:mlflowStorage": "1Gi",
      "gourmetgram:externalRegistryPassword": { secure: "v1:xyz" },
      "gourmetgram:a": ["b/c"],
    });
  });

  it("goes into a file that has no settings", () => {
    for (const text of ["", "config: {}\n", "config:\n", "# nothing yet\n"]) {
      assert.deepEqual(parse(withSettings(text, { "gourmetgram:size": "small" })), {
        config: { "gourmetgram:size": "small" },
      });
    }
  });

  it("is a configuration that the program takes", () => {
    for (const settings of [built, embeddedSettings("official")]) {
      resetMocks();
      setConfig(settings as Record<string, Plain>);
      const { externalRegistry, registryPullFrom } = loadConfig() as LabConfig;
      assert.deepEqual([externalRegistry, registryPullFrom], [undefined, "in-cluster"]);
    }
  });

  it("names images that the lab makes, for each key, where they are built here", () => {
    const made = new Set<string>([...Object.values(labImages), ...Object.values(baseImages)]);
    const keys = Object.keys(KEYS).filter((name) => name.endsWith("Image"));
    assert.equal(keys.length, 9);
    for (const key of keys) assert.ok(made.has(String(built[`${PROJECT}:${key}`])), key);
  });

  it("names no image where they are pulled, and no storage class at all", () => {
    const keys = Object.keys(embeddedSettings("official"));
    assert.deepEqual(
      keys.filter((key) => key.endsWith("Image")),
      [],
    );
    assert.ok(![...keys, ...Object.keys(built)].includes("gourmetgram:storageClass"));
  });

  it("names the nodes' addresses once there are any", () => {
    assert.deepEqual(built["gourmetgram:apiServerAddresses"], ["172.18.0.0/16"]);
    assert.equal(embeddedSettings("built")["gourmetgram:apiServerAddresses"], undefined);
  });
});

describe("the ports that the cluster publishes", () => {
  it("are the project's defaults unless the stack sets others", () => {
    assert.deepEqual(nodePorts(), {
      registryNodePort: 30500,
      mlflowNodePort: 30800,
      stagingNodePort: 30081,
      argoServerNodePort: 30746,
      appRepositoryNodePort: 30300,
    });
  });
});
