import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as yaml from "yaml";
import { PROJECT, resetMocks, setConfig, type Plain } from "../../support/mocks";
import { isUnset, KEYS, type KeyName } from "../../../config/keys";
import { loadConfig } from "../../../config/load";
import { checkout } from "../../support/checkout";

/** A key as `Pulumi.yaml` declares it. */
interface Declaration {
  type?: string;
  items?: { type: string };
  description?: string;
  secret?: boolean;
  default?: Plain;
}

function read(file: string): unknown {
  return yaml.parse(readFileSync(join(checkout, file), "utf8"));
}

describe("Pulumi.yaml", () => {
  const project = read("Pulumi.yaml") as { name: string; config: Record<string, Declaration> };

  it("names the project that the code takes its keys from", () => {
    assert.equal(project.name, PROJECT);
  });

  it("declares exactly the keys that the program reads", () => {
    assert.deepEqual(Object.keys(project.config).sort(), Object.keys(KEYS).sort());
  });

  for (const [name, declared] of Object.entries(project.config)) {
    it(`declares ${name} as the program reads it`, () => {
      const key = KEYS[name as KeyName];
      assert.match(declared.description ?? "", /^\S.*\.$/, "a sentence that describes it");
      // The engine refuses the empty default of a typed secret, so those have no type.
      assert.equal(declared.secret ?? false, key.secret);
      assert.equal(declared.type, key.secret ? undefined : key.type);
      assert.deepEqual(declared.items, key.items === undefined ? undefined : { type: key.items });
      assert.deepEqual(declared.default, key.default ?? "");
    });
  }

  it("has defaults that pass the checks and mean the same to the program as no configuration", () => {
    resetMocks();
    const withoutAny = loadConfig();
    setConfig(
      Object.fromEntries(Object.entries(project.config).map(([name, key]) => [name, key.default ?? ""])),
    );
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
  const stack = read("Pulumi.dev.yaml") as { config: Record<string, Plain> };

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
