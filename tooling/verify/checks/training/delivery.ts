import type { Delivery } from "../../../live/delivery/delivery";
import { findDelivery } from "../../../live/delivery/find-delivery";
import { nameOf, outputOf, type Workflow } from "../../../live/workflows/workflow";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import type { Training } from "../../runs/training-runs";

/** The last delivery is told as Argo, MLflow and staging tell it, of a run that went through and of one that failed. */
export const delivery: Check = {
  name: "delivery",
  title: "The last delivery names the commit, version, image and release that Argo, MLflow and staging name",
  run: async (context) => {
    const { runs } = context.lab;
    const whole = await runs.once("normal", context);
    const look = await runs.look(whole);
    const told = await lastOf(context, whole, look);
    await expectAgreement(context, told, whole, look);

    const failed = await runs.once("oversized", context);
    const stopped = await lastOf(context, failed, await runs.look(failed));
    expectStop(context, stopped, told);
  },
};

/** The last delivery, which is that of the training. */
async function lastOf({ lab }: CheckContext, { run }: Training, look: readonly string[]): Promise<Delivery> {
  const found = await findDelivery(
    {
      argo: () => Promise.resolve(lab.argo),
      mlflow: () => Promise.resolve(lab.mlflow),
      staging: () => Promise.resolve(lab.staging),
      cluster: () => Promise.resolve(lab.cluster),
    },
    lab.outputs,
  );
  const silent = found.unanswered.map(({ part, reason }) => `${part}: ${reason}`).join("; ");
  expectEqual("what did not answer", silent, "", look);
  expectEqual("run of the last delivery, unless someone else trains", found.run?.name, nameOf(run), look);
  return found;
}

async function expectAgreement(
  { lab, see }: CheckContext,
  told: Delivery,
  { run, children }: Training,
  look: readonly string[],
): Promise<void> {
  const build = children[0];
  expect(build !== undefined, { expected: "a build of the training", seen: "none", look });
  const output = (of: Workflow, step: string, name: string): string => outputOf(of, step, name) ?? "";
  const version = output(run, "run-training", "model-version");
  const digest = output(build, "build-image", "image-digest");
  const commit = output(build, "build-image", "commit");
  expectEqual("model version, as Argo tells it", told.model?.version, version, look);
  expectEqual("image, as Argo tells it", told.image?.digest, digest, look);
  expectEqual("commit of the application, as Argo tells it", told.application.commit, commit, look);
  expectEqual(
    "image that trained, as Argo tells it",
    told.training.image,
    output(run, "training-image", "image"),
    look,
  );
  see(`Argo: version ${version}, ${digest}, commit ${commit}`);

  const { name, alias, stagingAlias } = lab.outputs.registeredModel;
  const tags = await lab.mlflow.tagsOf(name, version);
  expectEqual("image, as MLflow tells it", told.image.digest, tags.get("image_digest"), look);
  expectEqual(
    "commit of the application, as MLflow tells it",
    told.application.commit,
    tags.get("application_commit"),
    look,
  );
  for (const each of [alias, stagingAlias]) {
    const to = (await lab.mlflow.registryState(name, each)).alias;
    expectEqual(`version with the alias ${each}, as MLflow tells it`, told.aliases?.[each], String(to), look);
  }
  see(`MLflow: the same, and aliases ${JSON.stringify(told.aliases)}`);

  const served = await lab.staging.version();
  const { serves, ofThisRun, rollsOut } = told.staging;
  expectEqual("version that serves, as staging tells it", serves?.modelVersion, served.model_version ?? "");
  expectEqual("image that serves, as staging tells it", serves.image, served.image ?? "");
  expectEqual("whether the build of the run deployed it", ofThisRun, true, look);
  expectEqual("what is being rolled out", rollsOut?.workflow, undefined, look);
  const [from, since] = [new Date(run.metadata.creationTimestamp ?? 0), new Date(serves.since ?? 0)];
  expect(since > from && since <= new Date(Date.now() + CLOCKS), {
    expected: `a time since when it serves, after ${from.toISOString()}`,
    seen: serves.since ?? "none",
    look,
  });
  see(`staging: the same, since ${serves.since ?? ""}`);
}

/** Milliseconds by which the clocks of this machine and of the cluster may differ. */
const CLOCKS = 60_000;

/** A run that failed says where and why, and that what served goes on serving. */
function expectStop({ see }: CheckContext, stopped: Delivery, before: Delivery): void {
  const [place] = stopped.at;
  expectEqual("verdict of a model that is too large", stopped.run?.verdict, "failed");
  expectEqual("step at which it stopped", place?.step, "deploy-to-staging");
  expect(place.message.includes("OOMKilled"), { expected: "OOMKilled as the reason", seen: place.message });
  const { serves, ofThisRun } = stopped.staging;
  expectEqual("whether its build deployed what serves", ofThisRun, false);
  expectEqual("image that goes on serving", serves?.image, before.staging.serves?.image ?? "");
  see(`${stopped.run.name} stopped at ${place.step}: ${place.message}`);
  see(`staging goes on serving version ${serves.modelVersion ?? "?"}`);
}
