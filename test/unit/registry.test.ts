import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertSecret, generatedName, onlyResource, promiseOf, resetMocks } from "../support/mocks";
import { externalRegistry, serverOf } from "../../components/registry";
import { RegistryPullSecret } from "../../components/registry-pull-secret";

describe("externalRegistry", () => {
  beforeEach(() => resetMocks());

  it("has one address for everyone and nothing to wait for", async () => {
    const { addresses, pullAddress, credentials, ready, storage } = externalRegistry("ghcr.io/team");
    assert.deepEqual(await promiseOf(pulumi.output(addresses)), {
      inCluster: "ghcr.io/team",
      fromNodes: "ghcr.io/team",
      forPushing: "ghcr.io/team",
    });
    assert.equal(await promiseOf(pullAddress), "ghcr.io/team");
    assert.deepEqual([credentials, ready, storage], [undefined, [], []]);
  });

  it("keeps the credentials as they are", async () => {
    const password = pulumi.secret("hush");
    const { credentials } = externalRegistry("ghcr.io", { username: "builder", password });
    assert.equal(credentials?.username, "builder");
    await assertSecret(credentials.password, "password");
  });

  it("knows the server in an address", () => {
    assert.deepEqual(
      ["ghcr.io/team/lab", "registry.example.org:5000", "[2001:db8::7]:5000/a"].map(serverOf),
      ["ghcr.io", "registry.example.org:5000", "[2001:db8::7]:5000"],
    );
  });
});

describe("RegistryPullSecret", () => {
  beforeEach(() => resetMocks());

  it("holds what the container runtime presents to the registry", async () => {
    const secret = new RegistryPullSecret("pull-secret", {
      namespace: "lab",
      addresses: ["ghcr.io/team", "ghcr.io/team"],
      credentials: { username: "builder", password: pulumi.secret("hush") },
    });

    assert.equal(await promiseOf(secret.name), generatedName("pull-secret-credentials"));
    const { inputs, secretPaths, parent } = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "lab" },
      type: "kubernetes.io/dockerconfigjson",
      immutable: true,
      stringData: { ".dockerconfigjson": '{"auths":{"ghcr.io":{"auth":"YnVpbGRlcjpodXNo"}}}' },
    });
    assert.deepEqual(secretPaths, ["stringData"]);
    const component = await onlyResource("gourmetgram:index:RegistryPullSecret");
    assert.equal(parent, component.urn);
    assert.deepEqual(component.outputs, { name: generatedName("pull-secret-credentials") });
  });

  it("is found by Docker's clients for Docker Hub too", async () => {
    new RegistryPullSecret("pull-secret", {
      namespace: "lab",
      addresses: ["docker.io/team"],
      credentials: { username: "builder", password: pulumi.secret("hush") },
    });
    const { inputs } = await onlyResource("kubernetes:core/v1:Secret");
    assert.match(JSON.stringify(inputs["stringData"]), /https:\/\/index\.docker\.io\/v1\//);
  });
});
