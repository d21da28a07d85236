import assert from "node:assert/strict";
import { lineDisplay } from "../../../../../tooling/live/runs/run-display";
import type { Family } from "../../../../../tooling/live/workflows/family";
import { rowsOf } from "../../../../../tooling/live/runs/rows";
import {
  at,
  building,
  built,
  refused,
  training,
  unfit,
  unreachable,
  waiting,
} from "../../../../support/runs";

const NOW = Date.parse(at(37));
const shownOf = (family: Family): string[] =>
  rowsOf(family, NOW).map(({ text, state, seconds }) => `${text} | ${state} | ${seconds ?? "-"}`);

describe("workflows: display", () => {
  it("shows a run that has not begun, and why", () => {
    const run = { metadata: { name: "new" }, spec: {} };
    assert.deepEqual(shownOf({ run, children: [] }), ["new: not yet seen by Argo | active | -"]);
    assert.deepEqual(shownOf({ run: waiting(), children: [] }), [
      "build-y: Waiting for lab/Mutex/build lock | active | -",
    ]);
  });

  it("puts the child in place of the step that waits for it", () => {
    const run = training("Running");
    assert.deepEqual(shownOf({ run, children: [] }).at(-1), "build-container | active | 17");
    assert.deepEqual(shownOf({ run, children: [building()] }), [
      "train-model-x | done | -",
      "run-training | done | 18",
      "build-y | done | -",
      "  clone | done | 3",
      "  download-model | done | 8",
      "  build-image | active | 7",
    ]);
  });

  it("shows what failed and what was not needed", () => {
    const failed = shownOf({ run: training("Failed"), children: [unfit()] });
    assert.ok(failed.includes("  test-staging | failed | 2"), failed.join("\n"));
    assert.equal(shownOf({ run: refused(), children: [] }).at(-1), "build-container | skipped | -");
    assert.deepEqual(shownOf({ run: unreachable(), children: [] }).slice(1), [
      "clone | failed | 15",
      "download-model (stopped) | failed | 15",
    ]);
  });

  it("prints one line for each change, and none twice", async () => {
    const lines: string[] = [];
    const display = lineDisplay((line) => lines.push(line.replace(/^\d\d:\d\d:\d\d {2}/, "")));
    const run = training("Running");
    for (const children of [[], [], [waiting()], [building()], [building()], [built()]]) {
      display.show({ run, children });
    }
    await display.end();
    assert.deepEqual(lines, [
      "train-model-x",
      "run-training: done, 18 s",
      "build-container: started",
      "build-y: Waiting for lab/Mutex/build lock",
      "build-y",
      "  clone: done, 3 s",
      "  download-model: done, 8 s",
      "  build-image: started",
      "  build-image: done, 12 s",
      "  deploy-to-staging: done, 16 s",
      "  test-staging: done, 4 s",
      "  restore-staging: not needed",
    ]);
  });
});
