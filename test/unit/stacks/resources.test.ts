import { recorded, type RecordedResource, resetMocks, setConfig } from "../../support/mocks";
import { runProgram } from "../../support/program";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../support/checkout";

const STACKS: Record<string, Record<string, string>> = {
  lab: {},
  base: { scope: "base" },
  student: { scope: "student", student: "alice", baseStack: "dev-base" },
};

/** A value as JSON, in which the order of members makes no difference. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

/** A line for each resource: its identity, and a digest of what is asked for. */
function linesOf(all: readonly RecordedResource[]): string {
  const byUrn = new Map(all.map((each) => [each.urn, each]));
  const typesOf = ({ parent, type }: RecordedResource): string => {
    const found = byUrn.get(parent);
    return found === undefined ? type : `${typesOf(found)}$${type}`;
  };
  const lines = all.map((each) => {
    const digest = createHash("sha256").update(stable(each.inputs)).digest("hex").slice(0, 8);
    return `${typesOf(each)} ${each.name} ${digest}\n`;
  });
  return lines.sort().join("");
}

describe("the resources of a stack that exists", () => {
  for (const [name, config] of Object.entries(STACKS)) {
    it(`stay the same in a ${name}, unless a change is meant`, async () => {
      resetMocks({ preview: true });
      setConfig(config);
      await runProgram();
      const lines = linesOf(await recorded());
      const file = join(checkout, "test", "fixtures", "stacks", `${name}.txt`);
      if (process.env["UPDATE_FIXTURES"] === "1") writeFileSync(file, lines);
      assert.equal(
        lines,
        readFileSync(file, "utf8"),
        // Another type or name replaces the resource, another digest updates it.
        "if this is meant: UPDATE_FIXTURES=1 npx mocha test/unit/stacks/resources.test.ts",
      );
    });
  }
});
