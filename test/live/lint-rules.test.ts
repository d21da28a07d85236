/**
 * Runs the small workflows of the collection on the Argo of a live lab, all at once, and compares how they end with what
 * the linter says of them. Takes about two minutes, and removes all that it has created.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { findLab } from "../../tooling/engine/live-lab";
import { clusterOf, reasonOf } from "../../tooling/live/api-clients";
import { Argo } from "../../tooling/live/workflows/argo";
import { isOver, nameOf, type Workflow } from "../../tooling/live/workflows/workflow";
import { until } from "../../tooling/support/until";
import { pullSecrets } from "../../tooling/verify/pods/run-pod";
import { ACCOUNTS } from "../../components/rbac";
import { liveObjects } from "../support/live-case";
import { collection } from "../support/workflow-collection";

const LABEL = "gourmetgram/lint-rules";
const GROUP = { group: "argoproj.io", version: "v1alpha1" };
/** A run that has not ended by then hangs. */
const HANGS_AFTER = 60_000;
/** The others have to end by then, on a small machine too. */
const PATIENCE = 150_000;

describe("Argo on the live lab", function () {
  this.timeout(PATIENCE + 60_000);
  const cases = collection().flatMap((each, index) => (each.run === undefined ? [] : [{ ...each, index }]));
  const id = randomBytes(3).toString("hex");
  const prefixOf = (index: number): string => `lint${id}n${index}`;
  let ended: ReadonlyMap<string, Workflow> = new Map();
  let cleanUp: () => Promise<void> = () => Promise.resolve();

  before(async () => {
    const { outputs, config } = await findLab();
    const { namespace, workflowTemplates } = outputs;
    const cluster = clusterOf(config);
    const argo = new Argo(cluster, namespace);
    const templates = { ...GROUP, namespace, plural: "workflowtemplates" };
    // Of this run, and of one that was interrupted.
    cleanUp = async () => {
      await argo.deleteWorkflows(LABEL);
      await cluster.objects.deleteCollectionNamespacedCustomObject({ ...templates, labelSelector: LABEL });
    };
    process.once("SIGINT", () => void cleanUp().finally(() => process.exit(130)));
    await cleanUp();

    const { spec } = await argo.template(workflowTemplates.build);
    const image = (spec.templates ?? []).flatMap(({ container }) => container?.image ?? [])[0];
    assert.ok(image !== undefined, `${workflowTemplates.build} has no container`);
    const { imagePullSecrets = [] } = await pullSecrets(namespace, cluster.core);
    const place = { labels: { [LABEL]: id }, image, serviceAccountName: ACCOUNTS.train, imagePullSecrets };
    const made = cases.map((each) => liveObjects(each, { ...place, prefix: prefixOf(each.index) }));
    const create = (plural: string, bodies: readonly object[]) =>
      Promise.all(
        bodies.map((body) => cluster.objects.createNamespacedCustomObject({ ...templates, plural, body })),
      ).catch((error: unknown) => assert.fail(`${plural}: ${reasonOf(error)}`));
    await create(
      "workflowtemplates",
      made.flatMap((each) => each.templates),
    );
    // A run whose template the controller has not seen yet fails.
    await delay(3000);
    await create(
      "workflows",
      made.map(({ run }) => run),
    );

    const start = Date.now();
    const expected = new Set(cases.filter(({ run }) => run !== "hangs").map(({ index }) => prefixOf(index)));
    const allEnded = async (): Promise<boolean> => {
      const over = (await argo.workflows(`${LABEL}=${id}`)).filter(isOver);
      ended = new Map(over.map((run) => [nameOf(run), run]));
      return Date.now() - start > HANGS_AFTER && [...expected].every((name) => ended.has(name));
    };
    // What has not ended is reported by its own test.
    await until(allEnded, { signal: AbortSignal.timeout(PATIENCE) }).catch(() => undefined);
  });

  after(() => cleanUp());

  for (const { title, verdict, run, index } of cases) {
    it(`${title}: ${run ?? ""} (${verdict})`, () => {
      const found = ended.get(prefixOf(index));
      const phase = found?.status?.phase;
      const outcome = found === undefined ? "hangs" : phase === "Succeeded" ? "succeeds" : "fails";
      assert.equal(outcome, run, `${phase ?? "has not ended"}: ${found?.status?.message ?? ""}`);
    });
  }
});
