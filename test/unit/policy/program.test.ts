import { recorded, resetMocks, setConfig } from "../../support/mocks";
import { BASE_OUTPUT } from "../../support/providers";
import { runProgram } from "../../support/program";
import assert from "node:assert/strict";
import { RULES } from "../../../policy/rules";
import type { Subject } from "../../../policy/subject";

/** The resources of a stack as the policies see them, with all parents in their URNs. */
async function subjectsOf({ passphrase, ...config }: Record<string, string>): Promise<Subject[]> {
  resetMocks({ preview: true, base: { ...BASE_OUTPUT, backupNamespace: "gourmetgram-backup" } });
  setConfig(config, passphrase === undefined ? {} : { backupPassphrase: passphrase });
  await runProgram();
  const all = new Map((await recorded()).map((each) => [each.urn, each] as const));
  const typesOf = (urn: string): string[] => {
    const found = all.get(urn);
    return found === undefined ? [] : [...typesOf(found.parent), found.type];
  };
  return [...all.values()].map(({ urn, name, type, inputs }) => ({
    urn: `urn:pulumi:test::gourmetgram::${typesOf(urn).join("$")}::${name}`,
    type,
    props: inputs,
  }));
}

const BACKUPS = { backupSchedule: "0 3 * * *", passphrase: "several words" };

describe("the policies", () => {
  const stacks: Record<string, Record<string, string>> = {
    "a lab": {},
    "a lab with backups": BACKUPS,
    "the base of a class": { scope: "base" },
    "the base of a class with backups": { scope: "base", ...BACKUPS },
    "a student's stack": { scope: "student", student: "alice", baseStack: "dev-base" },
  };
  for (const [what, config] of Object.entries(stacks)) {
    it(`accept ${what}`, async () => {
      const subjects = await subjectsOf(config);
      const found = RULES.flatMap((rule) =>
        "resource" in rule
          ? subjects.flatMap((subject) =>
              rule.resource(subject).map((message) => `${subject.urn}: ${message}`),
            )
          : rule.stack(subjects).map(({ urn, message }) => `${urn}: ${message}`),
      );
      assert.deepEqual(found, []);
    });
  }
});
