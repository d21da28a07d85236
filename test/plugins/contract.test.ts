import assert from "node:assert/strict";
import { Image, types } from "@pulumi/docker";
import dockerPackage from "@pulumi/docker/package.json";
import { RandomPassword } from "@pulumi/random";
import randomPackage from "@pulumi/random/package.json";
import { image } from "../../tooling/engine/plugins/docker/image";
import { randomPassword } from "../../tooling/engine/plugins/random/random-password";
import type { Declarations } from "../../tooling/engine/plugins/shared/declarations";
import type { StandIn } from "../../tooling/engine/plugins/shared/stand-in";
import { pluginVersions } from "../../tooling/engine/plugins/versions";
import {
  sdkConstructorDefaults,
  sdkProperties,
  sdkSecretOutputs,
  type SdkProperties,
} from "./support/sdk-types";

describe("the stand-ins' declarations", () => {
  it("are for the versions of the SDK packages", () => {
    assert.deepEqual(pluginVersions, { docker: dockerPackage.version, random: randomPackage.version });
  });

  it("are for the resource types of the SDK classes", () => {
    assert.equal(image.type, typeToken(Image));
    assert.equal(randomPassword.type, typeToken(RandomPassword));
  });

  describe("docker.Image", () => {
    const sdk = "@pulumi/docker";
    const args = sdkProperties(sdk, "image.d.ts", "ImageArgs");
    const build = sdkProperties(sdk, "types/input.d.ts", "DockerBuild");
    const registry = sdkProperties(sdk, "types/input.d.ts", "Registry");

    it("has the inputs of ImageArgs", () => assertInputs(image.inputs, args));

    it("has the properties of DockerBuild", () => assertInputs(image.inputs.build?.properties, build));

    it("has the properties of Registry", () => assertInputs(image.inputs.registry?.properties, registry));

    it("has the outputs of the class", () => assertOutputs(image, sdkProperties(sdk, "image.d.ts", "Image")));

    it("has no secret outputs, as the class", () => {
      assert.deepEqual(secretOutputs(image), sdkSecretOutputs(sdk, "image.js"));
    });

    it("has the defaults of the class", () => {
      const defaults = sdkConstructorDefaults(sdk, "image.js");
      assert.deepEqual(defaults, { buildOnPreview: "false", skipPush: "false" });
      assert.deepEqual(defaultsOf(image.inputs), defaults);
    });

    it("knows the builders of the SDK", () => {
      const builders = Object.values(types.enums.BuilderVersion);
      assert.deepEqual(image.inputs.build?.properties?.builderVersion?.values, builders);
    });

    it("rebuilds for every input but those of which the SDK says that they cause no rebuild", () => {
      const { properties } = image.inputs.registry ?? {};
      const saidSo = Object.keys(registry).filter((name) =>
        registry[name]?.comment.includes("Does not cause"),
      );
      assert.deepEqual(saidSo, ["password", "username"]);
      assert.deepEqual(inputsThat("nothing", properties), saidSo);
      assert.deepEqual(inputsThat("update", properties), ["server"]);
      assert.deepEqual(inputsThat("update", image.inputs), Object.keys(args));
      assert.deepEqual(inputsThat("update", image.inputs.build?.properties), Object.keys(build));
    });
  });

  describe("random.RandomPassword", () => {
    const sdk = "@pulumi/random";
    const args = sdkProperties(sdk, "randomPassword.d.ts", "RandomPasswordArgs");

    it("has the inputs of RandomPasswordArgs", () => assertInputs(randomPassword.inputs, args));

    it("has the outputs of the class", () => {
      assertOutputs(randomPassword, sdkProperties(sdk, "randomPassword.d.ts", "RandomPassword"));
    });

    it("has the secret outputs of the class", () => {
      const secrets = sdkSecretOutputs(sdk, "randomPassword.js");
      assert.deepEqual(secrets, ["bcryptHash", "result"]);
      assert.deepEqual(secretOutputs(randomPassword), secrets);
    });

    it("has the defaults that the SDK documents", () => {
      const documented = Object.entries(args).flatMap(([name, { comment }]) => {
        const value = /Default value is `(\w+)`/.exec(comment)?.[1];
        return value === undefined ? [] : [[name, value] as const];
      });
      assert.equal(documented.length, 9);
      assert.deepEqual(defaultsOf(randomPassword.inputs), Object.fromEntries(documented));
    });

    it("replaces the password when any input changes", () => {
      assert.deepEqual(inputsThat("replace", randomPassword.inputs), Object.keys(args));
    });
  });
});

function assertInputs(declared: Declarations | undefined, sdk: SdkProperties): void {
  const ours = Object.entries(declared ?? {}).map(([name, { type, required }]) => [
    name,
    { type, optional: required !== true },
  ]);
  assert.deepEqual(Object.fromEntries(ours), shapes(sdk));
}

function assertOutputs({ outputs }: StandIn, sdk: SdkProperties): void {
  const ours = Object.entries(outputs).map(([name, { type, optional }]) => [
    name,
    { type, optional: optional === true },
  ]);
  assert.deepEqual(Object.fromEntries(ours), shapes(sdk));
}

function shapes(sdk: SdkProperties): Record<string, unknown> {
  assert.notEqual(Object.keys(sdk).length, 0);
  return Object.fromEntries(
    Object.entries(sdk).map(([name, { type, optional }]) => [name, { type, optional }]),
  );
}

function defaultsOf(declarations: Declarations): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declarations).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

function inputsThat(behaviour: string, declarations: Declarations | undefined): string[] {
  return Object.keys(declarations ?? {})
    .filter((name) => declarations?.[name]?.onChange === behaviour)
    .sort();
}

function secretOutputs({ outputs }: StandIn): string[] {
  return Object.keys(outputs).filter((name) => outputs[name]?.secret === true);
}

function typeToken(resource: object): string {
  return (resource as { __pulumiType: string }).__pulumiType;
}
