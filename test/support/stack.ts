/** What holds for the program whatever its configuration is. */
import assert from "node:assert/strict";
import {
  assertChildNames,
  assertNotSecret,
  assertSecret,
  assertTree,
  onlyResource,
  recorded,
  type RecordedResource,
  resetMocks,
} from "./mocks";
import { type ProgramOutputs, runProgram, valuesOf } from "./program";

function metadataOf({ inputs }: RecordedResource): Record<string, unknown> {
  return (inputs["metadata"] ?? {}) as Record<string, unknown>;
}

/** The URNs of resources. */
export function urnsOf(resources: readonly RecordedResource[]): string[] {
  return resources.map((each) => each.urn);
}

/** The components at the top of the stack, as `type name`. */
export function componentsOf(all: readonly RecordedResource[]): string[] {
  return all.filter((each) => each.parent === "").map((each) => `${each.type} ${each.name}`);
}

/** Passwords that the stack generated. */
function generatedPasswords(all: readonly RecordedResource[]): string[] {
  return all.flatMap(({ type, inputs }) => {
    const { password } = (inputs["stringData"] ?? {}) as { password?: string };
    return type === "kubernetes:core/v1:Secret" && password !== undefined ? [password] : [];
  });
}

/** What holds for every configuration. Runs the program once; the tests only look at what it did. */
export function describeStack(
  name: string,
  configure: () => void,
  more: (stack: { outputs: ProgramOutputs; all: readonly RecordedResource[] }) => void,
): void {
  describe(`the program ${name}`, () => {
    const stack = {} as { outputs: ProgramOutputs; all: readonly RecordedResource[] };

    before(async function () {
      // Loading the SDKs for the first time takes seconds on a small machine.
      this.timeout(30_000);
      resetMocks();
      configure();
      stack.outputs = await runProgram();
      stack.all = await recorded();
    });

    it("makes a tree of components whose children have their names", async () => {
      await assertTree();
      await assertChildNames();
    });

    for (const [component, name, count] of [
      ["platform", "gourmetgram-platform", 10],
      ["staging", "gourmetgram-staging", 5],
      ["builder", "gourmetgram-build", 4],
    ] as const) {
      it(`creates everything of the namespace ${name} after the namespace`, async () => {
        const namespace = await onlyResource("kubernetes:core/v1:Namespace", `${component}-namespace`);
        const inside = stack.all.filter((each) => metadataOf(each)["namespace"] === name);
        assert.ok(inside.length > count, `${inside.length}`);
        assert.deepEqual(urnsOf(inside.filter((each) => !each.dependencies.includes(namespace.urn))), []);
      });
    }

    it("puts everything that has a namespace into one that it knows", () => {
      const clusterWide = /Namespace$|CustomResourceDefinition$/;
      for (const each of stack.all.filter(({ type }) => type.startsWith("kubernetes:"))) {
        const known = clusterWide.test(each.type)
          ? [undefined]
          : ["gourmetgram-platform", "gourmetgram-staging", "gourmetgram-build", "argo", "kube-system"];
        assert.ok((known as unknown[]).includes(metadataOf(each)["namespace"]), each.urn);
      }
    });

    it("lets no secret out", async () => {
      const { appRepositoryPassword, ...open } = stack.outputs;
      for (const [key, value] of Object.entries(open)) {
        await assertNotSecret(value, key);
      }
      await assertSecret(appRepositoryPassword, "appRepositoryPassword");
      assert.doesNotMatch(JSON.stringify(await valuesOf(stack.outputs)), /hush/);
      // Generated or configured, a secret stands in an encrypted input or in none.
      const hidden = [...generatedPasswords(stack.all), "hush"];
      for (const { urn, inputs, secretPaths } of stack.all) {
        const keys = secretPaths.map((path) => path.split(".").at(-1));
        const open = JSON.stringify(inputs, (key, value: unknown) =>
          keys.includes(key) ? undefined : value,
        );
        assert.ok(!hidden.some((secret) => open.includes(secret)), urn);
      }
    });

    it("hands secrets to Secrets and to the registry's login only", () => {
      const allowed = ["kubernetes:core/v1:Secret stringData", "docker:index/image:Image registry.password"];
      const holders = stack.all.flatMap(({ type, secretPaths }) =>
        secretPaths.map((path) => `${type} ${path}`),
      );
      assert.deepEqual(
        holders.filter((each) => !allowed.includes(each)),
        [],
      );
    });

    it("finishes every component with its outputs", () => {
      assert.deepEqual(urnsOf(stack.all.filter((each) => !each.custom && each.outputs === undefined)), []);
    });

    it("runs images of its own by digest only", () => {
      for (const { type, urn, inputs } of stack.all.filter((each) => each.type.startsWith("kubernetes:"))) {
        assert.doesNotMatch(
          JSON.stringify(inputs),
          /gourmetgram-(?:train|mlflow|pipeline|app-base|git):/,
          `${type} ${urn}`,
        );
      }
    });

    more(stack);
  });
}
