import assert from "node:assert/strict";
import {
  assertChildNames,
  assertSecret,
  childrenOf,
  onlyResource,
  promiseOf,
  resetMocks,
} from "../../../support/mocks";
import { RegistryUser } from "../../../../components/registry/registry-user";

describe("RegistryUser", () => {
  beforeEach(() => resetMocks());

  it("adds one key to the users that the base keeps, and owns nothing else of them", async () => {
    const user = new RegistryUser("registry-user", { user: "alice" });

    assert.deepEqual(await childrenOf(user), [
      "random:index/randomPassword:RandomPassword registry-user-password",
      "kubernetes:core/v1:SecretPatch registry-user-key",
    ]);
    await assertChildNames();
    const { inputs, secretPaths } = await onlyResource("kubernetes:core/v1:SecretPatch");
    const { alice, ...others } = inputs["data"] as Record<string, string>;
    assert.deepEqual(
      { ...inputs, data: others },
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          namespace: "kube-system",
          name: "registry-users",
          annotations: { "pulumi.com/patchForce": "true" },
        },
        data: {},
      },
    );
    // What nginx reads: the name and a hash that the C library knows.
    assert.match(Buffer.from(alice ?? "", "base64").toString(), /^alice:\$2a\$10\$[\w./]{53}\n$/);
    assert.deepEqual(
      secretPaths.map((path) => path.split(".")[0]),
      ["data"],
    );
  });

  it("hands out the password, which is a secret", async () => {
    const { credentials } = new RegistryUser("registry-user", { user: "alice" });

    const { inputs } = await onlyResource("random:index/randomPassword:RandomPassword");
    assert.deepEqual(inputs, { length: 32, special: false });
    assert.equal(credentials.username, "alice");
    await assertSecret(credentials.password, "the password");
    assert.equal((await promiseOf(credentials.password)).length, 32);
    const component = await onlyResource("gourmetgram:index:RegistryUser");
    assert.deepEqual(component.outputs, { username: "alice" });
  });
});
