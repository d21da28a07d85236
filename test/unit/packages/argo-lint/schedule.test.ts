import assert from "node:assert/strict";
import { nextTimes, scheduleProblem } from "../../../../packages/argo-lint";
import { upcomingRuns } from "../../../../packages/argo-lint/schedules/schedule-table";
import { CONTAINER, errors, notes, workflow } from "./support";

const cron = (spec: string): string[] =>
  errors(
    workflow(
      `{ ${spec}, workflowSpec: { entrypoint: a, templates: [{ name: a, container: ${CONTAINER} }] } }`,
      "CronWorkflow",
    ),
  );

describe("lint: schedules", () => {
  it("can be read, and fire", () => {
    assert.deepEqual(cron("schedules: ['0 2 * * *', '@daily', '@every 1h30m'], timezone: Europe/Berlin"), []);
    for (const bad of ["0 2 * *", "0 25 * * *", "0 0 31 2 *", "@often", ""]) {
      assert.deepEqual(cron(`schedules: ['${bad}']`), ["schedule: spec.schedules[0]"], bad);
    }
    assert.deepEqual(cron("schedules: ['0 2 * * *'], timezone: Mars/Base"), ["schedule: spec.schedules[0]"]);
    assert.deepEqual(cron("schedules: ['0 2 * * *'], concurrencyPolicy: Never"), [
      "schedule: spec.concurrencyPolicy",
    ]);
    assert.deepEqual(cron("schedules: []"), ["schedule: spec"]);
  });

  it("are a list since Argo 3.6", () => {
    const old = "{ schedule: '0 2 * * *', workflowSpec: { entrypoint: a, templates: [] } }";
    assert.deepEqual(notes(workflow(old, "CronWorkflow")), ["deprecated: spec.schedule"]);
  });

  it("tell their next times, in their time zone", () => {
    const from = new Date("2026-03-28T12:00:00Z");
    const times = nextTimes("30 3 * * *", { timezone: "Europe/Berlin", from, count: 2 });
    // The clocks go forward between the 28th and the 29th.
    assert.deepEqual(
      times.map((time) => time.toISOString()),
      ["2026-03-29T01:30:00.000Z", "2026-03-30T01:30:00.000Z"],
    );
    const at = (cron: string, timezone: string, start: string, count: number): string[] =>
      nextTimes(cron, { timezone, from: new Date(start), count }).map((time) => time.toISOString());
    // In the hour that is skipped Argo starts nothing, in the one that is repeated it starts two runs.
    assert.deepEqual(at("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2), [
      "2026-03-30T00:30:00.000Z",
      "2026-03-31T00:30:00.000Z",
    ]);
    assert.deepEqual(at("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 3), [
      "2026-10-25T00:30:00.000Z",
      "2026-10-25T01:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
    assert.deepEqual(at("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2), [
      "2026-11-01T05:30:00.000Z",
      "2026-11-01T06:30:00.000Z",
    ]);
    // Half an hour of summer time.
    assert.deepEqual(at("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2), [
      "2026-10-04T15:15:00.000Z",
      "2026-10-05T15:15:00.000Z",
    ]);
    // A step of 1 is a star, and both days have to fit then; other steps are none.
    assert.deepEqual(at("0 0 */1 * 1", "UTC", "2026-01-01T00:00:00Z", 2), [
      "2026-01-05T00:00:00.000Z",
      "2026-01-12T00:00:00.000Z",
    ]);
    assert.deepEqual(at("0 0 * * 1/2", "UTC", "2026-01-01T00:00:00Z", 3), [
      "2026-01-02T00:00:00.000Z",
      "2026-01-05T00:00:00.000Z",
      "2026-01-07T00:00:00.000Z",
    ]);
    assert.deepEqual(at("CRON_TZ=Europe/Berlin 0 2 * * *", "", "2026-01-01T00:00:00Z", 1), [
      "2026-01-01T01:00:00.000Z",
    ]);
    assert.equal(nextTimes("@hourly", { from }).length, 3);
    assert.deepEqual(nextTimes("@every 5m", { from }), []);
  });

  it("are told without reading what runs create", () => {
    const resource = {
      action: "create",
      get manifest() {
        return assert.fail("the manifest was read");
      },
    };
    const workflowSpec = { entrypoint: "a", templates: [{ name: "a", resource }] };
    const cronWorkflow = { kind: "CronWorkflow", spec: { schedules: ["0 2 * * *"], workflowSpec } };
    const [found] = upcomingRuns([{ kind: "Workflow" }, cronWorkflow], new Date("2026-01-01T00:00:00Z"), 1);
    assert.deepEqual([found?.object, found?.times], [1, ["2026-01-01T02:00:00.000Z"]]);
  });

  it("are judged on their own too", () => {
    assert.equal(scheduleProblem("0 2 * * *"), undefined);
    assert.match(scheduleProblem("0 2 * * 7") ?? "", /Sunday/);
    assert.match(scheduleProblem("0 2 * * *", "utc") ?? "", /UTC/);
    for (const good of [
      "CRON_TZ=Europe/Berlin 0 2 * * *",
      "TZ=UTC @daily",
      "*/70 2 ? jan-mar SUN",
      "@every -1h",
    ]) {
      assert.equal(scheduleProblem(good), undefined, good);
    }
    for (const bad of [
      "CRON_TZ=PST 0 2 * * *",
      "CRON_TZ=UTC",
      "H 2 * * *",
      "0 2 L * *",
      "5-1 * * * *",
      ", * * * *",
      " @daily",
    ]) {
      assert.notEqual(scheduleProblem(bad), undefined, bad);
    }
    // Two time zones are one too many.
    assert.notEqual(scheduleProblem("CRON_TZ=UTC 0 2 * * *", "UTC"), undefined);
  });

  it("are in zones that Argo knows, not in those that JavaScript alone knows", () => {
    for (const good of [
      "UTC",
      "EST",
      "CET",
      "Factory",
      "Asia/Calcutta",
      "Europe/Kyiv",
      "US/Eastern",
      "Local",
    ]) {
      assert.equal(scheduleProblem("0 2 * * *", good), undefined, good);
    }
    for (const bad of ["PST", "IST", "CST", "JST", "BST", "SystemV/EST5", "us/eastern", "+02:00", "GMT+1"]) {
      assert.notEqual(scheduleProblem("0 2 * * *", bad), undefined, bad);
    }
  });
});
