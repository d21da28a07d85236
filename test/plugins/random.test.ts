import assert from "node:assert/strict";
import { compare } from "bcryptjs";
import { isSecret, reveal, type Properties } from "../../tooling/engine/plugins/shared/values";
import { unknownValue } from "@pulumi/pulumi/runtime";
import { installedPlugins, PluginProcess } from "./support/plugin-process";

describe("the stand-in for the random plugin", () => {
  const type = "random:index/randomPassword:RandomPassword";
  let plugin: PluginProcess;
  let removeHome: () => void;

  before(async () => {
    const { home, remove } = await installedPlugins();
    removeHome = remove;
    plugin = await PluginProcess.start(home, "random", type);
  });

  after(async () => {
    await plugin.stop();
    removeHome();
  });

  async function failuresOf(news: Properties): Promise<string[]> {
    return (await plugin.check(news)).failures;
  }

  async function create(news: Properties): Promise<{ password: string; state: Properties }> {
    const { inputs, failures } = await plugin.check(news);
    assert.deepEqual(failures, []);
    const { id, state } = await plugin.create(inputs);
    assert.equal(id, "none");
    return { password: reveal(state.result ?? null) as string, state };
  }

  it("says the version that the engine asks for", async () => {
    assert.equal(await plugin.version(), "4.19.1");
  });

  describe("check", () => {
    it("hands the inputs back as they are", async () => {
      const news = { length: 32, special: false, keepers: { rotated: "2026-01" } };
      assert.deepEqual(await plugin.check(news), { inputs: news, failures: [] });
    });

    it("accepts what is not known yet", async () => {
      assert.deepEqual(await failuresOf({ length: 8, minLower: unknownValue, keepers: unknownValue }), []);
      assert.deepEqual(await failuresOf({ length: unknownValue }), []);
    });

    const refused: [what: string, news: Properties, failure: RegExp][] = [
      ["no length", {}, /^length: is required$/],
      ["a length of another type", { length: "32" }, /^length: must be an integer$/],
      ["half a character", { length: 0.5 }, /^length: must be an integer$/],
      ["a length of zero", { length: 0 }, /^length: must be at least 1, but is 0$/],
      [
        "minima above the length",
        { length: 3, minLower: 2, minNumeric: 2 },
        /^length: is 3, but .* demand 4/,
      ],
      ["a negative minimum", { length: 3, minUpper: -1 }, /^minUpper: must not be negative/],
      [
        "no kind of character",
        { length: 3, lower: false, upper: false, numeric: false, special: false },
        /at least one of them must be true/,
      ],
      [
        "number against numeric",
        { length: 3, number: true, numeric: false },
        /^number: differs from numeric/,
      ],
      [
        "an input that does not exist",
        { length: 3, size: 3 },
        /^size: is not an input; known are keepers, length/,
      ],
      ["keepers that are no texts", { length: 3, keepers: { a: 1 } }, /^keepers: must be a map of strings$/],
    ];
    for (const [what, news, failure] of refused) {
      it(`refuses ${what}`, async () => {
        const failures = await failuresOf(news);
        assert.equal(failures.length, 1, failures.join("\n"));
        assert.match(failures[0] ?? "", failure);
      });
    }

    it("reports every mistake at once", async () => {
      assert.equal((await failuresOf({ length: 0, minLower: -1, number: true, numeric: false })).length, 3);
    });

    it("refuses every other resource type, naming the way out", async () => {
      const { failures } = await plugin.check({ length: 3 }, "random:index/randomString:RandomString");
      assert.equal(failures.length, 1);
      assert.match(
        failures[0] ?? "",
        /provides random:index\/randomPassword:RandomPassword only.*official random/,
      );
    });
  });

  describe("create", () => {
    it("draws a password of the usual characters, and keeps it and its hash secret", async () => {
      const { password, state } = await create({ length: 40 });
      assert.match(password, /^[A-Za-z0-9!@#$%&*()\-_=+[\]{}<>:?]{40}$/);
      assert.ok(isSecret(state.result) && isSecret(state.bcryptHash));
      assert.ok(await compare(password, reveal(state.bcryptHash) as string));
    });

    it("records the defaults", async () => {
      const { state } = await create({ length: 4 });
      const { result, bcryptHash, ...rest } = state;
      assert.ok(result !== undefined && bcryptHash !== undefined);
      const minima = { minLower: 0, minUpper: 0, minNumeric: 0, minSpecial: 0 };
      const kinds = { lower: true, upper: true, number: true, numeric: true, special: true };
      assert.deepEqual(rest, { length: 4, ...minima, ...kinds });
    });

    it("leaves out the kinds that are switched off", async () => {
      const { password } = await create({ length: 200, upper: false, special: false, numeric: false });
      assert.match(password, /^[a-z]{200}$/);
    });

    it("takes the old name of numeric", async () => {
      const { password, state } = await create({ length: 200, number: false });
      assert.doesNotMatch(password, /[0-9]/);
      assert.equal(state.numeric, false);
    });

    it("keeps every minimum, even of a kind that is switched off", async () => {
      const { password } = await create({
        ...{ length: 10, lower: false, minLower: 2, minUpper: 3, minNumeric: 1, minSpecial: 4 },
        overrideSpecial: "~",
      });
      assert.deepEqual(
        [/[a-z]/g, /[A-Z]/g, /[0-9]/g, /~/g].map((kind) => password.match(kind)?.length),
        [2, 3, 1, 4],
      );
    });

    it("draws every password by itself, and every character as often as the others", async () => {
      const one = await create({ length: 20_000, upper: false, special: false, numeric: false });
      const other = await create({ length: 20_000, upper: false, special: false, numeric: false });
      assert.notEqual(one.password, other.password);
      const counts = new Map<string, number>();
      for (const character of one.password + other.password) {
        counts.set(character, (counts.get(character) ?? 0) + 1);
      }
      const expected = 40_000 / 26;
      const deviation = [...counts.values()].reduce(
        (sum, count) => sum + (count - expected) ** 2 / expected,
        0,
      );
      assert.equal(counts.size, 26);
      // Chi squared with 25 degrees of freedom is above 80 once in five million fair draws.
      assert.ok(deviation < 80, `the characters are not evenly spread: ${deviation}`);
    });

    it("keeps an input secret that the program gave as a secret", async () => {
      const keepers = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        value: { a: "b" },
      };
      const { state } = await create({ length: 4, keepers });
      assert.ok(isSecret(state.keepers));
    });
  });

  describe("diff", () => {
    it("finds nothing to do while the inputs stay, or say what was the default", async () => {
      const { state } = await create({ length: 8, keepers: { a: "b" } });
      const nothing = { changed: false, replaces: [] };
      assert.deepEqual(await plugin.diff(state, { length: 8, keepers: { a: "b" } }), nothing);
      assert.deepEqual(await plugin.diff(state, { length: 8, keepers: { a: "b" }, lower: true }), nothing);
    });

    const changes: [news: Properties, replaces: string[]][] = [
      [{ length: 9, keepers: { a: "b" } }, ["length"]],
      [{ length: 8, keepers: { a: "c" } }, ["keepers"]],
      [{ length: 8 }, ["keepers"]],
      [{ length: 8, keepers: { a: "b" }, overrideSpecial: "-" }, ["overrideSpecial"]],
      [{ length: 8, keepers: { a: "b" }, numeric: false }, ["number", "numeric"]],
      [{ length: 8, keepers: unknownValue }, ["keepers"]],
    ];
    for (const [news, replaces] of changes) {
      it(`replaces for ${JSON.stringify(news)}`, async () => {
        const { state } = await create({ length: 8, keepers: { a: "b" } });
        const answer = await plugin.diff(state, news);
        assert.deepEqual({ ...answer, replaces: answer.replaces.sort() }, { changed: true, replaces });
      });
    }
  });

  it("reads back the state, and deletes without a trace", async () => {
    const { state } = await create({ length: 8 });
    assert.deepEqual(await plugin.read("none", state), { id: "none", state });
    await plugin.delete("none", state);
  });

  it("refuses to import a password", async () => {
    await assert.rejects(plugin.read("hunter2", {}), /cannot be imported.*official random plugin/);
  });
});
