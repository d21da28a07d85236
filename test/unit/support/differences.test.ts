import assert from "node:assert/strict";
import { differences } from "../../support/differences";

describe("differences", () => {
  it("are none between equal trees", () => {
    assert.deepEqual(differences({ a: [1, { b: null }] }, { a: [1, { b: null }] }), {});
  });

  it("say what was added, removed and changed, and where", () => {
    assert.deepEqual(differences({ a: 1, b: { c: 2 }, d: [1] }, { b: { c: "2", e: {} }, d: [1, 2] }), {
      a: { removed: 1 },
      "b.c": { from: 2, to: "2" },
      "b.e": { added: {} },
      "d[1]": { added: 2 },
    });
  });

  it("find the members of a list by their names, and notice another order", () => {
    const [first, second, third] = [{ name: "first", a: 1 }, { name: "second" }, { name: "third" }];
    assert.deepEqual(differences({ l: [first, second] }, { l: [third, second, { ...first, a: 2 }] }), {
      "l.first.a": { from: 1, to: 2 },
      "l.third": { added: third },
      l: { from: ["first", "second"], to: ["second", "first"] },
    });
  });

  it("do not take a list for a map", () => {
    assert.deepEqual(differences({ a: [] }, { a: {} }), { a: { from: [], to: {} } });
  });
});
