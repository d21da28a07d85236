import { SCENARIOS } from "../../../live/workflows/scenarios";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { stateText } from "../../../live/services/mlflow";
import type { Training } from "../../runs/training-runs";
import { argumentOf, nameOf, outputOf, stepOf } from "../../../live/workflows/workflow";
import { onlyChild } from "../../runs/lessons";
import { expectMetrics, trackedRunOf } from "../../runs/training-metrics";

const ACCURACY = Number(SCENARIOS.normal.parameters["simulated-accuracy"]);

/** A student's training whose model passes its tests becomes a version of the model, and its build is carried out. */
export const trainingAccepted: Check = {
  name: "training-accepted",
  title: "A student trains a model that passes: registered as development, its build carried out",
  run: async (context) => {
    const { runs } = context.lab;
    const training = await runs.once("normal", context);
    const look = await runs.look(training);
    expectEqual(`phase of ${nameOf(training.run)}`, training.run.status?.phase, "Succeeded", look);
    context.see(`${nameOf(training.run)} Succeeded`);

    const version = await expectNewVersion(context, training, look);
    expectChild(context, training, version, look);
    await expectLog(context, training, version);
  },
};

/** @returns the version that the run registered */
async function expectNewVersion(
  { lab, see }: CheckContext,
  training: Training,
  look: readonly string[],
): Promise<number> {
  const { run } = training;
  const [before, after] = [training.before.registry, training.after.registry];
  const model = lab.outputs.registeredModel;
  const output = outputOf(run, "run-training", "model-version");
  const highest = before.versions.at(-1)?.version ?? 0;
  expect(output !== undefined && Number(output) > highest, {
    expected: `output model-version of run-training: a version above ${highest}, the highest before`,
    seen: output ?? "no such output",
    look,
  });
  const version = Number(output);
  const registered = after.versions.find((each) => each.version === version);
  expect(registered !== undefined && after.alias === version, {
    expected: `version ${version} of ${model.name} in MLflow, with the alias ${model.alias}`,
    seen: stateText(after),
    look,
  });
  const tracked = await trackedRunOf(lab.mlflow, run, look);
  expectEqual(`run in MLflow that made version ${version}`, registered.runId, tracked.id);
  see(`${model.name} version ${version} with the alias ${model.alias}; the highest before was ${highest}`);

  const metrics = expectMetrics(tracked, { passes: true, accuracy: ACCURACY });
  see(`MLflow run ${tracked.id}: ${metrics}`);
  return version;
}

function expectChild(
  { lab, see }: CheckContext,
  training: Training,
  version: number,
  look: readonly string[],
): void {
  const child = onlyChild(training, look);
  const name = nameOf(child);
  expectEqual(
    `template of ${name}`,
    child.spec.workflowTemplateRef?.name,
    lab.outputs.workflowTemplates.build,
    look,
  );
  expectEqual(
    `parameter model-version of ${name}`,
    argumentOf(child, "model-version"),
    String(version),
    look,
  );
  expectEqual(`phase of ${name}`, child.status?.phase, "Succeeded", look);
  see(`${name}, owned by it, with model-version ${version}: Succeeded`);
}

/** Students read what a step printed. */
async function expectLog({ lab, see }: CheckContext, { run }: Training, version: number): Promise<void> {
  const pod = stepOf(run, "run-training(0)") ?? stepOf(run, "run-training");
  if (pod === undefined) throw new Error("the run has no node run-training");
  const log = await lab.runs.logOf(run, pod, 100);
  const words = `${lab.outputs.registeredModel.name} version ${version}`;
  expect(log.includes(words), {
    expected: `"${words}" in the log of run-training, as a student reads it`,
    seen: `${log.split("\n").length} other lines`,
    look: [log.trimEnd()],
  });
  see("its log, read as a student, names the version");
}
