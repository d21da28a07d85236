import assert from "node:assert/strict";
import { readRegistryHosting, settingsOf } from "../../../../stacks/preflight/registry/registry-hosting";
import { KEYS, type KeyName } from "../../../../config/keys";
import { loadConfig } from "../../../../config/load";
import { resetMocks, setConfig } from "../../../support/mocks";
import { refusal } from "../../../support/refusal";

/** As kind's documentation has it. */
const KIND = `host: "localhost:5001"
help: "https://kind.sigs.k8s.io/docs/user/local-registry/"
`;
/** With everything that the specification has. */
const FULL = `host: "localhost:5000"
hostFromContainerRuntime: "registry:5000"
hostFromClusterNetwork: "kind-registry:5000"
`;

function read(text: string) {
  const found = readRegistryHosting(text);
  assert.ok("registry" in found, JSON.stringify(found));
  return found.registry;
}

describe("the registry that a local cluster tells of", () => {
  it("has one address for Docker and nodes unless the document names more", () => {
    assert.deepEqual(read(KIND), {
      push: "localhost:5001",
      pull: "localhost:5001",
      inCluster: undefined,
      help: "https://kind.sigs.k8s.io/docs/user/local-registry/",
    });
    assert.deepEqual(read(FULL), {
      push: "localhost:5000",
      pull: "registry:5000",
      inCluster: "kind-registry:5000",
      help: undefined,
    });
  });

  it("becomes settings that the program takes", () => {
    resetMocks();
    const settings = settingsOf(read(FULL));
    assert.deepEqual(settings, {
      externalRegistry: "localhost:5000",
      registryPullAddress: "registry:5000",
      externalRegistryInCluster: "kind-registry:5000",
      externalRegistryPlainHttp: "true",
    });
    for (const [key, value] of Object.entries(settings)) {
      assert.ok("value" in KEYS[key as KeyName].parse(value), key);
    }
    setConfig(settings);
    assert.equal(loadConfig().externalRegistryPlainHttp, true);
  });

  it("is refused with the remedy where it does not say how pods reach it", () => {
    const settings = settingsOf(read(KIND));
    assert.deepEqual(settings, { externalRegistry: "localhost:5001", externalRegistryPlainHttp: "true" });
    assert.match(
      refusal(settings),
      /pods cannot reach localhost:5001.*\n.*config set gourmetgram:externalRegistryInCluster kind-registry:5000/,
    );
  });

  const wrong: [text: string, problem: string][] = [
    ["{", "localRegistryHosting.v1 is not YAML"],
    ["", "localRegistryHosting.v1 has no host to push to"],
    ["help: nowhere", "localRegistryHosting.v1 has no host to push to"],
    ["host: 5000", "localRegistryHosting.v1 has no host to push to"],
    [
      "host: http://localhost:5000",
      'localRegistryHosting.v1: "http://localhost:5000" is not the address of a registry',
    ],
    [
      "host: localhost:5000\nhostFromClusterNetwork: not a host",
      'localRegistryHosting.v1: "not a host" is not the address of a registry',
    ],
  ];
  for (const [text, problem] of wrong) {
    it(`is none in ${JSON.stringify(text)}`, () => assert.deepEqual(readRegistryHosting(text), { problem }));
  }
});
