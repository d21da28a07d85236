import assert from "node:assert/strict";
import { type Span, type StepTimes, costsOf, covered } from "../../../../tooling/bench/lab/container-times";

const span = (start: number, end: number): Span => ({ start, end });

describe("bench: container times", () => {
  it("adds up what runs one after the other, without the gaps", () => {
    assert.equal(covered([]), 0);
    assert.equal(covered([span(10, 12), span(15, 18)]), 5);
    assert.equal(covered([span(10, 12), span(12, 18)]), 8);
  });

  it("counts once what runs side by side", () => {
    assert.equal(covered([span(10, 14), span(12, 18)]), 8);
    assert.equal(covered([span(10, 20), span(12, 14)]), 10);
    assert.equal(covered([span(10, 20), span(10, 20)]), 10);
    assert.equal(covered([span(10, 20), span(12, 14), span(18, 25)]), 15);
  });

  it("takes the spans in any order", () => {
    assert.equal(covered([span(18, 25), span(12, 14), span(10, 20)]), 15);
  });

  it("divides a run into waiting for a pod, starting it, and the step's own time", () => {
    const steps: StepTimes[] = [
      { name: "build", created: 115, start: 118, end: 130 },
      { name: "train", created: 101, start: 103, end: 110 },
    ];
    assert.deepEqual(costsOf(steps, 100), [
      { name: "train", handover: 1, startUp: 2, own: 7 },
      { name: "build", handover: 5, startUp: 3, own: 12 },
    ]);
  });

  it("lets steps that run side by side wait for the same step, and the next one for the last of them", () => {
    const steps: StepTimes[] = [
      { name: "train", created: 100, start: 101, end: 110 },
      { name: "clone", created: 112, start: 114, end: 115 },
      { name: "download", created: 112, start: 114, end: 120 },
      { name: "build", created: 121, start: 123, end: 130 },
    ];
    assert.deepEqual(
      costsOf(steps, 100).map(({ name, handover }) => [name, handover]),
      [
        ["train", 0],
        ["clone", 2],
        ["download", 2],
        ["build", 1],
      ],
    );
  });
});
