import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { isOver, messagesOf, type Workflow } from "../../tooling/live/workflows/workflow";
import { until } from "../../tooling/support/until";
import { ARGO, CONFIGURATION, whileControlled } from "./support/argo-controller";
import { ClassCluster } from "./support/class-cluster";

const NAMESPACE = "gourmetgram-alice";
const API = "argoproj.io/v1alpha1";
const HOUR = 3_600_000;

/** A time as Kubernetes writes it. */
const time = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

interface Timed {
  readonly startedAt?: string;
}

/** What a clock that jumps leaves: times that lie ahead, or far behind. The controller itself keeps the machine's clock. */
describe("times, before Argo's real controller", function () {
  this.timeout(240_000);
  let cluster: ClassCluster;

  before(async function () {
    if (ARGO === undefined) return this.skip(); // There are no programs of Argo.
    const started = await ClassCluster.start(["alice"]);
    if (started === undefined) return this.skip(); // No programs of Kubernetes on this machine.
    cluster = started;
    const waiting = (name: string, spec: object) => ({
      apiVersion: API,
      kind: "WorkflowTemplate",
      metadata: { name, namespace: NAMESPACE },
      spec: { entrypoint: "wait", templates: [{ name: "wait", suspend: {} }], ...spec },
    });
    const synchronization = { mutexes: [{ name: "turn" }] };
    await cluster.apply(CONFIGURATION, waiting("wait", {}), waiting("in-turn", { synchronization }));
  });

  after(() => cluster?.stop());

  const controlled = <T>(work: () => Promise<T>): Promise<T> =>
    whileControlled(cluster.server.kubeconfig, work);

  const begin = (name: string, spec: object, template = "wait"): Promise<string> =>
    cluster.apply({
      apiVersion: API,
      kind: "Workflow",
      metadata: { name, namespace: NAMESPACE },
      spec: { workflowTemplateRef: { name: template }, ...spec },
    });

  const objectsOf = async (selector: string): Promise<Workflow[]> => {
    const args = ["get", "workflows", "--namespace", NAMESPACE, "-l", selector, "-o", "json"];
    return (JSON.parse(await cluster.server.kubectl(...args)) as { items: Workflow[] }).items;
  };

  const workflow = async (name: string): Promise<Workflow> => {
    const args = ["get", "workflow", name, "--namespace", NAMESPACE, "-o", "json"];
    return JSON.parse(await cluster.server.kubectl(...args)) as Workflow;
  };

  const patch = (name: string, change: object): Promise<string> =>
    cluster.server.kubectl(
      ...["patch", "workflow", name, "--namespace", NAMESPACE],
      ...["--type=merge", "--patch", JSON.stringify(change)],
    );

  const untilRun = (name: string, is: (run: Workflow) => boolean): Promise<Workflow> =>
    until(
      async () => {
        const run = await workflow(name);
        return is(run) ? run : undefined;
      },
      { seconds: 90 },
    );

  it("leave a run that waits for a mutex its whole deadline", async () => {
    await controlled(async () => {
      await begin("ahead", {}, "in-turn");
      await untilRun("ahead", ({ status }) => status?.phase === "Running");
      await begin("behind", { activeDeadlineSeconds: 5 }, "in-turn");
      const waiting = await untilRun("behind", ({ status }) => status?.message !== undefined);
      assert.match(waiting.status?.message ?? "", /turn/);
      await delay(10_000);
      const still = await workflow("behind");
      assert.deepEqual([still.status?.phase, (still.status as Timed).startedAt ?? null], ["Pending", null]);
      await patch("ahead", { spec: { shutdown: "Terminate" } });
      await untilRun("behind", ({ status }) => status?.phase === "Running");
      // Its own time begins with its turn, and then it does end it.
      const ended = await untilRun("behind", isOver);
      assert.match(messagesOf(ended).join(), /deadline/);
    });
  });

  /** Has a run begin, and stands its times elsewhere while the controller is away. */
  async function shifted(name: string, milliseconds: number): Promise<void> {
    await controlled(async () => {
      await begin(name, { activeDeadlineSeconds: 3600 });
      await untilRun(name, ({ status }) => status?.phase === "Running");
    });
    const startedAt = time(Date.now() + milliseconds);
    const { status } = await workflow(name);
    const nodes = Object.fromEntries(Object.keys(status?.nodes ?? {}).map((id) => [id, { startedAt }]));
    await patch(name, { status: { startedAt, nodes } });
  }

  it("ahead of a run do not end it", async () => {
    await shifted("started-tomorrow", 24 * HOUR);
    await controlled(async () => {
      await begin("proof-of-life", {});
      await untilRun("proof-of-life", ({ status }) => status?.phase === "Running");
      await patch("started-tomorrow", { metadata: { labels: { seen: "yes" } } });
      await delay(5000);
      assert.equal((await workflow("started-tomorrow")).status?.phase, "Running");
      await patch("started-tomorrow", { spec: { shutdown: "Terminate" } });
      await untilRun("started-tomorrow", isOver);
    });
  });

  it("behind a run's deadline end it, which it says", async () => {
    await shifted("started-yesterday", -24 * HOUR);
    const ended = await controlled(() => untilRun("started-yesterday", isOver));
    assert.match(messagesOf(ended).join(), /deadline/);
  });

  /** A schedule of each minute as the lab has its own, with the time at which it seems to have started a run last. */
  async function scheduled(name: string, last: number): Promise<void> {
    const args = ["get", "cronworkflow", "train-model-cron", "--namespace", NAMESPACE, "-o", "json"];
    const { spec } = JSON.parse(await cluster.server.kubectl(...args)) as { spec: object };
    await cluster.apply({
      apiVersion: API,
      kind: "CronWorkflow",
      metadata: { name, namespace: NAMESPACE },
      spec: {
        ...spec,
        schedules: ["* * * * *"],
        timezone: "UTC",
        concurrencyPolicy: "Allow",
        workflowSpec: { workflowTemplateRef: { name: "wait" } },
      },
      status: { lastScheduledTime: time(last), active: [], succeeded: 0, failed: 0, phase: "Active" },
    });
  }

  it("of a schedule start one run for what was missed, and none is kept from starting", async () => {
    const [behind, ahead] = ["ran-yesterday", "runs-in-an-hour"];
    await scheduled(behind, Date.now() - 24 * HOUR);
    await scheduled(ahead, Date.now() + HOUR);
    const startedBy = (name: string): Promise<Workflow[]> =>
      objectsOf(`workflows.argoproj.io/cron-workflow=${name}`);
    await controlled(async () => {
      const begun = Date.now();
      const have = async (): Promise<boolean> =>
        (await startedBy(behind)).length > 0 && (await startedBy(ahead)).length > 0;
      await until(have, { seconds: 150 });
      const minutes = Math.ceil((Date.now() - begun) / 60_000);
      // One for the last that was missed, and one for each minute since.
      const count = (await startedBy(behind)).length;
      assert.ok(count <= minutes + 1, `${count} runs in ${minutes} minutes`);
    });
  });
});
