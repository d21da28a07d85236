import assert from "node:assert/strict";
import { KEYS, scopesOf } from "../../../../config/keys";
import { selectionOf } from "../../../../tooling/class/roster/selection";
import { NotStarted } from "../../../../tooling/support/errors";
import { parseRoster, ROSTER_KEYS, RosterError, textOf } from "../../../../tooling/class/roster/roster";

/** Line, problem and remedy of everything that is wrong. */
function problemsOf(file: string, text: string): string[] {
  try {
    parseRoster(file, text);
  } catch (error) {
    assert.ok(error instanceof RosterError, String(error));
    return error.problems.map(({ line, problem, remedy }) => `${line}: ${problem} | ${remedy}`);
  }
  throw new assert.AssertionError({ message: "the roster was taken" });
}

describe("class: roster", () => {
  const both = [
    { id: "alice", settings: { size: "small", schedule: "0 3 * * *" } },
    { id: "bob", settings: { keepData: "true" } },
    { id: "carol", settings: {} },
  ];

  it("reads CSV, with comments, quotes and empty cells", () => {
    const text = 'id,size,schedule,keepData\n# first row\nalice,small,"0 3 * * *",\n\nbob,,,true\ncarol\n';
    assert.deepEqual(parseRoster("class.csv", text), both);
  });

  it("reads YAML, under students: or as a list, where a student may be a name alone", () => {
    const list = "- {id: alice, size: small, schedule: 0 3 * * *}\n- {id: bob, keepData: true}\n- carol\n";
    assert.deepEqual(parseRoster("class.yaml", list), both);
    const nested = `students:\n${list.replace(/^/gm, "  ")}`;
    assert.deepEqual(parseRoster("class.yml", nested), both);
  });

  it("tells everything that is wrong with a CSV file, by line", () => {
    const text =
      "id,sise,size,trainingDeadlineSeconds\nAlice B,,,\nbob,,huge,\nbob,,,12\n,,small,\nbase,,,\nc,,,,extra\n";
    const name = "problem" in KEYS.student.parse("Alice B") ? KEYS.student.parse("Alice B") : undefined;
    assert.ok(name !== undefined && "problem" in name);
    const reserved = KEYS.student.parse("base");
    assert.ok("problem" in reserved);
    assert.deepEqual(problemsOf("class.csv", text), [
      '1: there is no column "sise" | is size meant?',
      `2: id is "Alice B": ${name.problem} | for example alice-b`,
      '3: size is "huge": expected one of small, medium, large | for example medium, or nothing for the class\'s own',
      '4: trainingDeadlineSeconds is "12": expected an integer from 900 to 604800 | for example 3600, or nothing for the class\'s own',
      '4: id "bob" is in line 3 already | give each student an id of their own',
      "5: a student without an id | set it, for example alice",
      `6: id is "base": ${reserved.problem} | for example alice`,
      "7: 5 values, but 4 columns | put a value that contains a comma into double quotes",
    ]);
  });

  it("tells the lines of a YAML file too", () => {
    const text =
      "students:\n  - id: alice\n    size: tiny\n  - [bob]\n  - {id: carol, budgetMemory: {a: 1}}\n";
    assert.deepEqual(problemsOf("class.yaml", text), [
      '2: size is "tiny": expected one of small, medium, large | for example medium, or nothing for the class\'s own',
      "4: an entry is not a student | write a name, or a map with an id",
      "4: a student without an id | set it, for example alice",
      "5: budgetMemory is a list or a map | write a single value",
    ]);
  });

  it("refuses a roster without students, without ids, or that is none", () => {
    assert.deepEqual(problemsOf("class.csv", ""), ["1: the roster is empty | add a line for each student"]);
    assert.deepEqual(problemsOf("class.csv", "size\nsmall\n"), [
      "1: the column id is missing | give each student an id",
    ]);
    assert.deepEqual(problemsOf("class.yaml", "class: 1\n"), [
      "1: the list of students is missing | write a list under students:, each entry with an id",
    ]);
  });

  describe("as a spreadsheet writes it", () => {
    const students = [{ id: "alice", settings: { size: "small", schedule: "0 3 * * 1,5" } }];
    const SEMICOLONS =
      "ID;Name;Size;Schedule;Email\r\nalice;Müller, Alice;small;0 3 * * 1,5;a@example.org\r\n";
    const encoded: readonly (readonly [string, Buffer])[] = [
      ["UTF-8", Buffer.from(SEMICOLONS)],
      ["UTF-8 with a mark", Buffer.from(`\uFEFF${SEMICOLONS}`)],
      ["UTF-16, little end first", Buffer.from(`\uFEFF${SEMICOLONS}`, "utf16le")],
      ["UTF-16, big end first", Buffer.from(`\uFEFF${SEMICOLONS}`, "utf16le").swap16()],
      ["Windows-1252", Buffer.from(SEMICOLONS, "latin1")],
      ["tabs in UTF-16", Buffer.from(`\uFEFF${SEMICOLONS.replaceAll(";", "\t")}`, "utf16le")],
    ];
    for (const [name, bytes] of encoded) {
      it(`is read: ${name}`, () => assert.deepEqual(parseRoster("class.csv", textOf(bytes)), students));
    }

    it("has its letters, whichever way they are encoded", () => {
      for (const [, bytes] of encoded) assert.match(textOf(bytes), /Müller/);
    });

    it("has a column once, whichever way it is written", () => {
      assert.match(problemsOf("class.csv", "id,ID\na,b\n").join(), /1: the column id is there twice/);
    });

    it("may have empty columns and lines, and a line that names the separator", () => {
      const text = "sep=;\r\nID;Size;Schedule;;\r\nalice;small;0 3 * * 1,5;;\r\n;;;;\r\n";
      assert.deepEqual(parseRoster("class.csv", text), students);
      assert.deepEqual(problemsOf("class.csv", "id;;\nalice;x;\n"), [
        '2: "x" is in a column without a name | name the column in the first line, or remove the value',
      ]);
    });

    it("may have truth values in capitals", () => {
      assert.deepEqual(parseRoster("class.csv", "id,scheduleSuspended,keepData\na,TRUE,False\n"), [
        { id: "a", settings: { scheduleSuspended: "true", keepData: "false" } },
      ]);
    });

    it("may be a course system's list of people", () => {
      const text =
        "First name,Last name,ID,Institution,Department,E-mail,Email address,Groups\nA,B,alice,,,x,y,1\n";
      assert.deepEqual(parseRoster("class.csv", text), [{ id: "alice", settings: {} }]);
      const yaml = "\uFEFFstudents:\n  - { ID: alice, Full Name: A, E-Mail: x }\n";
      assert.deepEqual(parseRoster("class.yaml", textOf(Buffer.from(yaml))), [{ id: "alice", settings: {} }]);
    });

    it("may be a single column", () => {
      assert.deepEqual(parseRoster("class.csv", "id\nalice\n"), [{ id: "alice", settings: {} }]);
    });

    it("is told where a value has the separator of the file in it", () => {
      assert.match(
        problemsOf("class.csv", "id;size\na;small;x\n").join(),
        /contains a semicolon into double quotes/,
      );
    });
  });

  it("suggests an id for a name with any letters", () => {
    const suggested = (id: string) =>
      /for example (\S+)/.exec(problemsOf("c.csv", `id\n"${id}"\n`).join())?.[1];
    assert.deepEqual(
      ["Jürgen", "François Müller", "Weiß", "Łukasz", "Zoë O'Brien", "1. Gruppe", "AliceB"].map(suggested),
      ["juergen", "francois-mueller", "weiss", "lukasz", "zoe-o-brien", "gruppe", "aliceb"],
    );
  });

  it("selects students by their ids, and none by mistake", () => {
    const all = ["alice", "bob", "carol"].map((id) => ({ id, settings: {} }));
    assert.deepEqual(selectionOf(all, undefined), ["alice", "bob", "carol"]);
    assert.deepEqual(selectionOf(all, ["bob,carol", "bob"]), ["bob", "carol"]);
    assert.throws(() => selectionOf(all, [","]), /--only , names no student/);
    assert.throws(() => selectionOf(all, [""]), NotStarted);
    assert.throws(() => selectionOf(all, ["alcie"]), /alcie is not in the roster: is alice meant\?/);
    assert.deepEqual(selectionOf(all, ["zoe"], ["zoe"]), ["zoe"]);
  });

  it("has only columns that mean something to a student", () => {
    for (const key of ROSTER_KEYS) assert.ok(scopesOf(key).includes("student"), key);
  });
});
