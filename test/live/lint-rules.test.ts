/**
 * Runs the small workflows of the linter's collection on the Argo of a live lab, and compares how they end with what the
 * linter says of them. Takes ten minutes, or more where pods start slowly, and removes all that it has created.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { findLab } from "../../tooling/engine/stack/live-lab";
import { clusterOf } from "../../tooling/live/api-clients";
import { Argo } from "../../tooling/live/workflows/argo";
import { pullSecrets } from "../../tooling/verify/pods/run-pod";
import { ACCOUNTS } from "../../components/rbac";
import { casesToRun, type Ending, removeCases, runCases } from "../support/run-cases";
import type { Case } from "../support/workflow-collection";

/** Milliseconds in which the workflows that end have ended, on a small machine too. */
const PATIENCE = 900_000;

describe("the linter's collection on the live lab's Argo", function () {
  this.timeout(2 * PATIENCE + 60_000);
  // The lab's Argo runs stored templates alone.
  const all = casesToRun().map(({ referenced, ...each }): Case => ({
    ...each,
    ...(referenced === undefined ? {} : { run: referenced }),
  }));
  // In two turns, because those that hang make no room for others.
  const [hanging, others] = [true, false].map((hangs) =>
    all.filter(({ run }) => (run === "hangs") === hangs),
  ) as [Case[], Case[]];
  const cases = [...hanging, ...others];
  const endings: Ending[] = [];
  let cleanUp: () => Promise<void> = () => Promise.resolve();

  before(async () => {
    const { outputs, config } = await findLab();
    const { namespace, workflowTemplates } = outputs;
    const cluster = clusterOf(config);
    cleanUp = () => removeCases(cluster, namespace);
    process.once("SIGINT", () => void cleanUp().finally(() => process.exit(130)));
    await cleanUp();
    const { spec } = await new Argo(cluster, namespace).template(workflowTemplates.build);
    const images = (spec.templates ?? []).flatMap(({ container }) => container?.image ?? []);
    assert.ok(images[0] !== undefined, `${workflowTemplates.build} has no container`);
    const place = {
      namespace,
      patience: PATIENCE,
      // Of the 50 that the lab's Argo runs at a time.
      atOnce: 40,
      image: images[0],
      serviceAccountName: ACCOUNTS.train,
      imagePullSecrets: (await pullSecrets(namespace, cluster.core)).imagePullSecrets ?? [],
    };
    for (const turn of [hanging, others]) {
      const id = randomBytes(3).toString("hex");
      endings.push(...(await runCases(turn, cluster, { ...place, id })));
      await cleanUp();
    }
  });

  after(() => cleanUp());

  cases.forEach(({ title, verdict, run = "" }, index) => {
    it(`${title}: ${run} (${verdict})`, () => {
      assert.equal(endings[index]?.end, run, endings[index]?.message);
    });
  });
});
