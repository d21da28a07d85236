import assert from "node:assert/strict";
import {
  backupAlarm,
  type BackupSchedule,
  findBackupSchedule,
  missingLabs,
} from "../../../../tooling/live/backup-schedule";
import { INSTANCE_LABEL, loadKubeconfig } from "../../../../components/kubernetes";
import { FakeCluster } from "../../../support/fake-lab";

const NOW = new Date("2026-01-10T12:00:00Z");

/** Every night at three, made long ago. */
const seen = (more: Partial<BackupSchedule>): BackupSchedule => ({
  namespace: "backups",
  ofClass: false,
  schedule: "0 3 * * *",
  suspended: false,
  labs: [],
  created: new Date("2025-12-01T12:00:00Z"),
  lastSuccess: new Date("2026-01-10T03:02:00Z"),
  last: { job: "b-1", ended: new Date("2026-01-10T03:02:00Z"), failed: false, message: "" },
  ...more,
});

describe("backups on a schedule: the alarm", () => {
  it("is silent while they come", () => {
    assert.equal(backupAlarm(seen({}), NOW), undefined);
    // A machine that was off in one night.
    assert.equal(backupAlarm(seen({ lastSuccess: new Date("2026-01-09T03:02:00Z") }), NOW), undefined);
    const fresh = { created: new Date("2026-01-09T12:00:00Z"), lastSuccess: null, last: null };
    assert.equal(backupAlarm(seen(fresh), NOW), undefined);
  });

  it("tells of two times that passed without one, and of when the last one was", () => {
    const late = seen({ lastSuccess: new Date("2026-01-08T03:02:00Z") });
    assert.match(
      backupAlarm(late, NOW)?.problem ?? "",
      /two times of the schedule 0 3 \* \* \* passed without a backup, and the last one is of 2026-01-08 03:02/,
    );
    const never = seen({ created: new Date("2026-01-07T00:00:00Z"), lastSuccess: null, last: null });
    assert.match(backupAlarm(never, NOW)?.problem ?? "", /there is none yet/);
    // The second time has come, and its job may still run.
    assert.equal(backupAlarm(late, new Date("2026-01-10T08:00:00Z")), undefined);
  });

  it("knows a schedule of hours and one of weeks", () => {
    const day = { lastSuccess: new Date("2026-01-09T12:00:00Z") };
    assert.notEqual(backupAlarm(seen({ ...day, schedule: "0 * * * *" }), NOW), undefined);
    assert.equal(backupAlarm(seen({ ...day, schedule: "0 3 * * 0" }), NOW), undefined);
  });

  it("tells of the last job that failed, with its reason and the command that shows more", () => {
    const last = {
      job: "b-2",
      ended: new Date("2026-01-10T03:02:00Z"),
      failed: true,
      message: "dev: no space",
    };
    const { problem = "", remedy = "" } = backupAlarm(seen({ last }), NOW) ?? {};
    assert.match(problem, /^the backup of 2026-01-10 03:02 UTC failed, .*: dev: no space$/);
    assert.match(remedy, /kubectl -- logs -n backups job\/b-2; then .* create job -n backups/);
  });

  it("tells of a schedule that is suspended, and of a volume that is nearly full", () => {
    const remedyOf = (more: Partial<BackupSchedule>): string =>
      backupAlarm(seen({ suspended: true, ...more }), NOW)?.remedy ?? "";
    assert.match(remedyOf({}), /config rm gourmetgram:backupSuspended, and npm run up$/);
    assert.match(remedyOf({ ofClass: true }), /backupSuspended, and npm run class -- up --roster FILE$/);
    const message = "the volume of the backups is nearly full";
    const last = { job: "b-1", ended: new Date("2026-01-10T03:02:00Z"), failed: false, message };
    const { problem, remedy = "" } = backupAlarm(seen({ last }), NOW) ?? {};
    assert.equal(problem, message);
    assert.match(remedy, /backupStorage/);
    const own = { ...last, message: "dev: files are gone\n  remedy: bring them back" };
    assert.deepEqual(backupAlarm(seen({ last: own }), NOW), {
      problem: "dev: files are gone",
      remedy: "bring them back",
    });
  });

  it("names the labs of a class that the schedule does not know", () => {
    const stacks = ["dev-alice", "dev-bob", "dev-carol"];
    const { problem, remedy } = missingLabs(seen({ ofClass: true, labs: ["dev-alice"] }), stacks) ?? {};
    assert.equal(problem, "no backups are written of dev-bob, dev-carol: the schedule does not know them");
    assert.equal(remedy, "npm run class -- up --roster FILE");
    assert.equal(missingLabs(seen({ ofClass: true, labs: ["dev-left", ...stacks] }), stacks), undefined);
    // Who may not see it does not know.
    assert.equal(missingLabs(seen({ ofClass: true, labs: null }), stacks), undefined);
  });
});

describe("backups on a schedule: what the cluster tells", () => {
  let cluster: FakeCluster;
  beforeEach(async () => {
    cluster = await FakeCluster.start();
  });
  afterEach(() => cluster.stop());
  const find = () => findBackupSchedule(() => loadKubeconfig({ kubeconfig: cluster.kubeconfig }), "dev");

  it("is nothing where there is no schedule, or no answer", async () => {
    cluster.objects.set("/apis/batch/v1/cronjobs", () => ({ items: [] }));
    assert.equal(await find(), undefined);
    cluster.objects.set("/apis/batch/v1/cronjobs", () => {
      throw new Error("in trouble");
    });
    assert.equal(await find(), undefined);
  });

  it("is the schedule with the job that ended last, and what its container said", async () => {
    const job = (name: string, type: string, lastTransitionTime: string) => ({
      metadata: { name },
      status: { conditions: [{ type, status: "True", lastTransitionTime }] },
    });
    const labels = { [INSTANCE_LABEL]: "dev" };
    const metadata = { namespace: "backups", labels, creationTimestamp: "2026-01-01T00:00:00Z" };
    cluster.objects.set("/apis/batch/v1/cronjobs", () => ({
      items: [
        {
          metadata,
          spec: { schedule: "0 3 * * *", suspend: false },
          status: { lastSuccessfulTime: "2026-01-09T03:02:00Z" },
        },
      ],
    }));
    cluster.objects.set("/apis/batch/v1/namespaces/backups/jobs", () => ({
      items: [
        job("b-1", "Complete", "2026-01-09T03:02:00Z"),
        job("b-2", "Failed", "2026-01-10T03:02:00Z"),
        { metadata: { name: "b-3" }, status: { active: 1 } },
      ],
    }));
    const terminated = { exitCode: 1, message: "dev: no space\n" };
    cluster.objects.set("/api/v1/namespaces/backups/pods", () => ({
      items: [{ metadata: { name: "p" }, status: { containerStatuses: [{ state: { terminated } }] } }],
    }));
    const labs = "/api/v1/namespaces/backups/secrets/gourmetgram-backup-labs";
    cluster.objects.set(labs, () => ({ data: { "dev-alice.json": "e30=", "dev-bob.json": "e30=" } }));
    assert.deepEqual(await find(), {
      namespace: "backups",
      ofClass: false,
      schedule: "0 3 * * *",
      suspended: false,
      labs: ["dev-alice", "dev-bob"],
      created: new Date("2026-01-01T00:00:00Z"),
      lastSuccess: new Date("2026-01-09T03:02:00Z"),
      last: { job: "b-2", ended: new Date("2026-01-10T03:02:00Z"), failed: true, message: "dev: no space" },
    });
    labels[INSTANCE_LABEL] = "dev-base";
    assert.equal((await find())?.ofClass, true);
    cluster.objects.set(labs, () => {
      throw new Error("forbidden");
    });
    assert.equal((await find())?.labs, null);
  });
});
