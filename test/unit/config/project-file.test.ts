import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as yaml from "yaml";
import { PROJECT, resetMocks, setConfig, type Plain } from "../../support/mocks";
import { isUnset, KEY_NAMES, KEYS } from "../../../config/keys";
import { loadConfig } from "../../../config/load";
import { CLUSTER_IDENTIFIER, withKeys } from "../../../config/project-file/pulumi-yaml";
import { checkout } from "../../support/checkout";

const read = (file: string): string => readFileSync(join(checkout, file), "utf8");

describe("Pulumi.yaml", () => {
  const text = read("Pulumi.yaml");
  const project = yaml.parse(text) as { name: string; config: Record<string, { default: Plain }> };
  const { [CLUSTER_IDENTIFIER]: identifier, ...keys } = project.config;

  it("names the project that the code takes its keys from", () => {
    assert.equal(project.name, PROJECT);
  });

  it("declares the keys as config/keys has them", () => {
    assert.equal(withKeys(text), text, "run: npm run generate");
    assert.equal(
      withKeys("name: x\nconfig:\n  old: {}\n"),
      `name: x\n${text.slice(text.indexOf("config:"))}`,
    );
    assert.deepEqual(Object.keys(keys), KEY_NAMES);
  });

  it("says that another kubeconfig is one of the same cluster", () => {
    assert.deepEqual(identifier, { value: "gourmetgram" });
  });

  it("describes each key in sentences", () => {
    for (const key of KEY_NAMES) assert.match(KEYS[key].description, /^\S.*\.$/, key);
  });

  it("has defaults that pass the checks and mean the same to the program as no configuration", () => {
    resetMocks();
    const withoutAny = loadConfig();
    setConfig(Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.default])));
    assert.deepEqual(loadConfig(), withoutAny);
  });

  it("has examples in the program that pass the checks, because errors quote them", () => {
    for (const [name, key] of Object.entries(KEYS)) {
      const example =
        key.items === undefined
          ? key.example
          : JSON.stringify([key.items === "integer" ? Number(key.example) : key.example]);
      if (!key.secret && !isUnset(name, example)) {
        assert.ok("value" in key.parse(example), `${name}: ${example}`);
      }
    }
  });
});

describe("Pulumi.dev.yaml", () => {
  const stack = yaml.parse(read("Pulumi.dev.yaml")) as { config: Record<string, Plain> };

  it("is a valid configuration that fits any cluster: nothing is set", () => {
    resetMocks();
    const withoutAny = loadConfig();
    setConfig(stack.config);
    assert.deepEqual(loadConfig(), withoutAny);
    assert.deepEqual(stack.config, {});
  });

  it("holds nothing that belongs to one machine", () => {
    assert.deepEqual(Object.keys(stack), ["config"]);
  });
});
