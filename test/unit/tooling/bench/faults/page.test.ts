import assert from "node:assert/strict";
import type { Killing } from "../../../../../tooling/bench/faults/interrupted/killing";
import { type Trial, unknown } from "../../../../../tooling/bench/faults/judgement";
import { commandsPage, faultsPage } from "../../../../../tooling/bench/faults/page";

const TRIAL: Trial = {
  part: "mlflow",
  step: "clone",
  run: "succeeded",
  seconds: 61,
  message: "",
  unanswered: 0,
  problems: [],
};
const KILLING: Killing = { command: "up", killed: "the command", after: 12.4, problems: [] };
const EMPTY =
  "# Faults\n\n<!-- faults: begin -->\n<!-- faults: end -->\n\nOf commands:\n\n" +
  "<!-- commands: begin -->\n<!-- commands: end -->\n\nNot tried: floods.\n";

/** The cells of the rows of the tables, without the head. */
const rowsOf = (page: string): string[][] =>
  page
    .split("\n")
    .filter((line) => line.startsWith("| ") && line.includes("`"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe("the page of the faults", () => {
  it("has a row for each fault that was tried, with how often and what came of it", () => {
    const failed: Trial = {
      ...TRIAL,
      run: "failed",
      seconds: 90,
      message: "download-model: MLflow at http://mlflow failed | refused",
      unanswered: 2,
      problems: ["staging did not answer 2 times of 90"],
    };
    const page = faultsPage(EMPTY, [TRIAL, failed, { ...TRIAL, step: "run-training" }], "2026-11-26");
    assert.match(page, /^# Faults\n/);
    assert.match(page, /Not tried: floods\.\n$/);
    assert.match(page, /\n2 faults were tried;/);
    assert.deepEqual(rowsOf(page.replaceAll("\\|", "/")), [
      ["MLflow", "`run-training`", "1", "succeeded 1", "61 s", "0 s", "as it must be", "2026-11-26"],
      [
        "MLflow",
        "`clone`",
        "2",
        'succeeded 1, failed 1: "download-model: MLflow at http://mlflow failed / refused"',
        "90 s",
        "2 s",
        "**not**: staging did not answer 2 times of 90",
        "2026-11-26",
      ],
    ]);
  });

  it("keeps the rows of what was tried before, and writes the same once more", () => {
    const first = faultsPage(EMPTY, [TRIAL, { ...TRIAL, part: "node" }], "2026-11-26");
    const padded = first
      .replace("| MLflow | `clone` |", "| MLflow     | `clone`   |")
      .replace("| --- |", "| :-------- |");
    const second = faultsPage(padded, [{ ...TRIAL, seconds: 70 }], "2026-11-27");
    assert.deepEqual(
      rowsOf(second).map((cells) => [cells[0], cells[4], cells[7]]),
      [
        ["MLflow", "70 s", "2026-11-27"],
        ["the node", "61 s", "2026-11-26"],
      ],
    );
    assert.equal(faultsPage(second, [], "2026-11-28"), second);
  });

  it("keeps a message with what a table is made of", () => {
    const error = new Error("no answer | from\n<nil>");
    const first = faultsPage(EMPTY, [unknown(TRIAL, error)], "2026-11-26");
    assert.match(first, /\| not known 1 \| 0 s \| 0 s \| \*\*not\*\*: no answer \\\| from &lt;nil> \| 2026/);
    assert.equal(faultsPage(first, [], "2026-11-27"), first);
  });

  it("drops a row of a fault that there is no more", () => {
    const first = faultsPage(EMPTY, [TRIAL], "2026-11-26");
    assert.deepEqual(rowsOf(faultsPage(first.replace("| MLflow |", "| Etcd |"), [], "2026-11-27")), []);
  });

  it("needs its marks", () => {
    assert.throws(
      () => faultsPage("# Faults\n", [TRIAL], "2026-11-26"),
      /the page lacks the lines <!-- faults/,
    );
  });

  it("has a table of the commands that were killed beside it", () => {
    const faults = faultsPage(EMPTY, [TRIAL], "2026-11-26");
    const killings: Killing[] = [
      KILLING,
      { ...KILLING, after: 3, problems: ["up ended with 1: a lock"] },
      { ...KILLING, command: "class", killed: "the engine" },
    ];
    const page = commandsPage(faults, killings, "2026-11-27");
    assert.deepEqual(rowsOf(page).slice(1), [
      ["`up`", "the command", "2", "after 3, 12 s", "**not**: up ended with 1: a lock", "2026-11-27"],
      ["`class up`", "the engine", "1", "after 12 s", "as it must be", "2026-11-27"],
    ]);
    const again = commandsPage(page, [KILLING], "2026-11-28");
    assert.deepEqual(
      rowsOf(again).map((cells) => cells.at(-1)),
      ["2026-11-26", "2026-11-28", "2026-11-27"],
    );
  });

  it("adds rounds of a command to those before, unless something was wrong with these", () => {
    const first = commandsPage(faultsPage(EMPTY, [TRIAL], "2026-11-26"), [KILLING], "2026-11-27");
    const wrong = { ...KILLING, after: 3, problems: ["a lock"] };
    const whenOf = (page: string) => rowsOf(page)[1]?.slice(2);
    const more = commandsPage(first, [KILLING, { ...KILLING, after: 3 }], "2026-11-28");
    assert.deepEqual(whenOf(more), ["3", "after 3, 12, 12 s", "as it must be", "2026-11-28"]);
    const failed = commandsPage(more, [wrong], "2026-11-28");
    assert.deepEqual(whenOf(failed), ["4", "after 3, 3, 12, 12 s", "**not**: a lock", "2026-11-28"]);
    const again = commandsPage(failed, [KILLING], "2026-11-29");
    assert.deepEqual(whenOf(again), ["1", "after 12 s", "as it must be", "2026-11-29"]);
  });
});
