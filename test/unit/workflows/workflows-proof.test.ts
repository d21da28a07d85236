import { recorded, resetMocks } from "../../support/mocks";
import assert from "node:assert/strict";
import { proveWorkflows, upcomingRuns } from "../../../workflows/workflows-proof";

const CONFIG = {
  namespace: "lab",
  size: "medium" as const,
  staging: { namespace: "staging", nodePort: 30081 },
  schedule: { cron: "0 2 * * *", timezone: "UTC", suspended: false },
  trainingDeadlineSeconds: 3600,
};

describe("proveWorkflows", () => {
  beforeEach(() => resetMocks());

  it("asks for no resource, and finds nothing in the lab as it is", async () => {
    proveWorkflows(CONFIG);
    proveWorkflows({ ...CONFIG, trainingDeadlineSeconds: 60 });
    assert.deepEqual(await recorded(), []);
  });

  it("refuses what the configuration makes wrong", () => {
    const schedule = { ...CONFIG.schedule, cron: "0 0 31 2 *" };
    assert.throws(() => proveWorkflows({ ...CONFIG, schedule }), /train-model-cron spec\.schedules\[0\]/);
  });
});

describe("upcomingRuns", () => {
  const from = new Date("2025-03-29T12:00:00Z");

  it("tells the next three times, also when the clocks change", () => {
    assert.equal(
      upcomingRuns({ cron: "30 4 * * *", timezone: "Europe/Berlin", suspended: false }, from),
      'training runs by "30 4 * * *" (Europe/Berlin), next at 2025-03-30T02:30Z, 2025-03-31T02:30Z, 2025-04-01T02:30Z',
    );
  });

  it("tells that a schedule rests", () => {
    assert.equal(
      upcomingRuns({ cron: "0 2 * * *", timezone: "UTC", suspended: true }, from),
      'training is scheduled by "0 2 * * *" (UTC), but the schedule rests',
    );
  });
});
