import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { assertSecret, generatedName, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { externalRegistry, portsOf, serverOf } from "../../../../components/registry/registry";
import { registryPullSecret } from "../../../../components/registry/registry-pull-secret";

describe("externalRegistry", () => {
  beforeEach(() => resetMocks());

  it("has one address for everyone and nothing to wait for", async () => {
    const { addresses, pullAddress, credentials, ready, storage } = externalRegistry({
      address: "ghcr.io/team",
    });
    assert.deepEqual(await promiseOf(pulumi.output(addresses)), {
      inCluster: "ghcr.io/team",
      fromNodes: "ghcr.io/team",
      forPushing: "ghcr.io/team",
      own: false,
      plainHttp: false,
    });
    assert.equal(await promiseOf(pullAddress), "ghcr.io/team");
    assert.deepEqual([credentials, ready, storage], [undefined, [], []]);
  });

  it("may have an address for everyone, and speak plain HTTP", async () => {
    const { addresses, pullAddress } = externalRegistry({
      address: "localhost:5001",
      pushAddress: "127.0.0.1:5001",
      pullAddress: "registry.local/mirror",
      inClusterAddress: "kind-registry:5000",
      plainHttp: true,
    });
    assert.deepEqual(await promiseOf(pulumi.output(addresses)), {
      inCluster: "kind-registry:5000",
      fromNodes: "registry.local/mirror",
      forPushing: "127.0.0.1:5001",
      own: false,
      plainHttp: true,
    });
    assert.equal(await promiseOf(pullAddress), "registry.local/mirror");
  });

  it("is reached by its own port, and by that of HTTPS for tokens", () => {
    assert.deepEqual(portsOf({ address: "ghcr.io/team" }), [443]);
    assert.deepEqual(portsOf({ address: "registry.example.org:8443/team" }), [443, 8443]);
    assert.deepEqual(portsOf({ address: "registry.example.org", plainHttp: true }), [443, 80]);
    const inClusterAddress = "kind-registry:5000";
    assert.deepEqual(portsOf({ address: "localhost:5001", inClusterAddress, plainHttp: true }), [443, 5000]);
  });

  it("keeps the credentials as they are", async () => {
    const password = pulumi.secret("hush");
    const { credentials } = externalRegistry({
      address: "ghcr.io",
      credentials: { username: "builder", password },
    });
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

describe("registryPullSecret", () => {
  beforeEach(() => resetMocks());

  it("holds what the container runtime presents to the registry", async () => {
    const name = registryPullSecret("pull-secret", {
      namespace: "lab",
      addresses: ["ghcr.io/team", "ghcr.io/team"],
      credentials: { username: "builder", password: pulumi.secret("hush") },
    });

    assert.equal(await promiseOf(name), generatedName("pull-secret-credentials"));
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
  });

  it("is found by Docker's clients for Docker Hub too", async () => {
    registryPullSecret("pull-secret", {
      namespace: "lab",
      addresses: ["docker.io/team"],
      credentials: { username: "builder", password: pulumi.secret("hush") },
    });
    const { inputs } = await onlyResource("kubernetes:core/v1:Secret");
    assert.match(JSON.stringify(inputs["stringData"]), /https:\/\/index\.docker\.io\/v1\//);
  });
});
