import assert from "node:assert/strict";
import { scalePage, growthOf, previewShare } from "../../../../tooling/bench/class/page";
import { scalePicture } from "../../../../tooling/bench/class/picture";
import { roomForStudents } from "../../../../tooling/bench/class/room";
import { benchStudents, isBenchStudent, stagesUpTo } from "../../../../tooling/bench/class/roster";
import type { ClassScale, ClassStage } from "../../../../tooling/bench/class/scale";
import { verdictOn } from "../../../../tooling/bench/figure";
import { summarise } from "../../../../tooling/bench/samples";
import type { Footprint } from "../../../../tooling/class/capacity/capacity";

const stage = (students: number, each: readonly number[]): ClassStage => ({
  students,
  create: 41,
  createOne: summarise(each),
  update: 7,
  preview: summarise([2, 2.25, 3]),
  destroy: 13,
  engineMemory: 321,
  labMemory: 2048 + students * 512,
  studentMemory: 500,
  idleCores: 0.25,
});

const scale: ClassScale = {
  stages: [stage(1, [40]), stage(2, [45]), stage(4, [60, 60]), stage(5, [66])],
  parallel: 2,
  classPreview: { students: 30, seconds: 36 },
  pulumiPreview: summarise([3]),
};

describe("the benchmark of a class", () => {
  it("measures sizes that double, and last what there is room for", () => {
    assert.deepEqual(stagesUpTo(10), [1, 2, 4, 8, 10]);
    assert.deepEqual(stagesUpTo(8), [1, 2, 4, 8]);
    assert.deepEqual(stagesUpTo(1), [1]);
    assert.deepEqual(stagesUpTo(0), []);
  });

  it("knows the students that it has made", () => {
    assert.deepEqual(
      benchStudents(2).map(({ id }) => id),
      ["bench-01", "bench-02"],
    );
    assert.ok(benchStudents(99).every(({ id }) => isBenchStudent(id)));
    assert.ok(!isBenchStudent("alice"));
    assert.ok(!isBenchStudent("my-bench-01"));
  });

  it("finds room as the class command does: for all services, and one run beside them", async () => {
    const one: Footprint = {
      services: { cpu: 0.1, memory: 1 },
      limits: { cpu: 1, memory: 1 },
      volumes: 1,
      pods: 4,
      run: { cpu: 0.25, memory: 1 },
    };
    const room = (capacity: { cpu: number; memory: number; pods: number } | undefined) =>
      roomForStudents({
        cluster: { capacity: () => Promise.resolve(capacity) } as never,
        estimate: () => one,
      });
    assert.equal(await room({ cpu: 1, memory: 100, pods: 100 }), 7);
    assert.equal(await room({ cpu: 100, memory: 100, pods: 21 }), 5);
    assert.equal(await room({ cpu: 0.2, memory: 100, pods: 100 }), 0);
    await assert.rejects(room(undefined), /does not say what it has room for/);
  });

  it("compares the last students with the first that were not alone", () => {
    assert.equal(growthOf(scale), 1.1);
    assert.equal(growthOf({ ...scale, stages: [stage(1, [40])] }), 1);
  });

  it("shares out as many of Pulumi's own previews over the lanes", () => {
    assert.equal(previewShare(scale), 36 / 45);
  });

  it("writes a page that names its command, and has a row for each size", () => {
    const page = scalePage(scale, { cores: 2, memory: 23.5, node: "20.0.0" }, "2026-01-31");
    assert.match(page, /npm run bench -- --only class --write/);
    assert.match(page, /On 2026-01-31, with 2 cores and 23\.5 GiB/);
    assert.equal(page.split("\n").filter((line) => /^\| \d+ \|/.test(line)).length, 4);
    assert.match(
      page,
      /\| 4 \| 41 s \| 60 s \| 7\.0 s \| 2\.3 s \| 13 s \| 321 MiB \| 4,096 MiB \| 500 MiB \| 0\.25 \|/,
    );
  });

  it("draws every figure of the table that is a time or the memory of many", async () => {
    const picture = await scalePicture(scale);
    for (const name of ["up, for each", "update of one", "preview of one", "down, for each", "whole lab"]) {
      assert.ok(picture.includes(name), name);
    }
  });
});

describe("a figure's target", () => {
  it("is a most, or a least where it says so", () => {
    const figure = { what: "it", value: 10, unit: "s" };
    assert.equal(verdictOn(figure), "");
    assert.equal(verdictOn({ ...figure, target: 10 }), "target 10 s: met");
    assert.equal(verdictOn({ ...figure, target: 9 }), "target 9 s: MISSED");
    assert.equal(verdictOn({ ...figure, target: 11, atLeast: true }), "target 11 s: MISSED");
    assert.equal(verdictOn({ ...figure, target: 10, atLeast: true }), "target 10 s: met");
  });
});
