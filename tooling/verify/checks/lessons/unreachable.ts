import pRetry from "p-retry";
import { failedSteps } from "../../../live/runs/run-steps";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual, expectWords } from "../../suite/expect";
import { requireServing } from "../../runs/lessons";
import { undisturbed } from "../../runs/quiet";
import { registryPlace } from "../../clients/registry";
import { servedText } from "../../../live/services/staging-service";
import type { BuildParameters, Ended } from "../../runs/training-runs";
import { without } from "../../pods/workloads";

/** Nothing listens there, and no name server knows it: the names below `invalid` are kept free. */
const NO_REPOSITORY = "http://repository.invalid/gourmetgram.git";
/** Seconds in which a step has to have given up, its attempts and the start of its pod included. */
const BOUND = 120;
/** The same for MLflow, which is given two minutes to come back. */
const MLFLOW_BOUND = 210;

/** What is not there ends a run in time, with a message that names it; what serves is left alone. */
export const unreachable: Check = {
  name: "unreachable",
  title: "A repository, an MLflow or a registry out of reach ends the build in time, and by name",
  run: async (context) => {
    const { lab } = context;
    await requireServing(context);
    await undisturbed(lab, context, async () => {
      const before = await lab.runs.state();
      const version = String(before.stagingAlias);
      await withoutRepository(context, version);
      await withoutMlflow(context, version);
      await withoutRegistry(context, version);

      const after = await lab.runs.state();
      expectEqual("what serves in staging", servedText(after.served), servedText(before.served));
      expectEqual("version with the alias of staging", after.stagingAlias, before.stagingAlias);
      context.see(`staging as before: ${servedText(after.served)}`);
    });
  },
};

async function withoutRepository(context: CheckContext, version: string): Promise<void> {
  const ended = await fail(context, { "model-version": version, "app-repository": NO_REPOSITORY });
  await expectMessage(context, ended, "clone", [NO_REPOSITORY, "cannot be reached"]);
}

async function withoutMlflow(context: CheckContext, version: string): Promise<void> {
  const { lab, signal } = context;
  const { mlflow } = lab.outputs.workloads;
  await without(lab.cluster, mlflow, context, async () => {
    const ended = await fail(context, { "model-version": version });
    const words = ["MLflow", new URL(lab.outputs.mlflowUrl).host];
    await expectMessage(context, ended, "download-model", words, MLFLOW_BOUND);
  });
  // The way from outside is put back by the nodes a moment after the pod is ready.
  await pRetry(() => lab.mlflow.requireHealth(), { retries: 30, minTimeout: 1000, factor: 1, signal });
}

async function withoutRegistry(context: CheckContext, version: string): Promise<void> {
  const { lab } = context;
  const { registry } = lab.outputs;
  const [name, namespace] = registry.inCluster.split(":")[0]?.split(".") ?? [];
  if (!registryPlace(registry).local || name === undefined || namespace === undefined) {
    context.see(`the registry ${registry.forPushing} is not the lab's own: it was left alone`);
    return;
  }
  await without(lab.cluster, { namespace, name }, context, async () => {
    const ended = await fail(context, { "model-version": version });
    await expectMessage(context, ended, "build-image", [
      "the registry cannot be reached",
      registry.inCluster,
    ]);
  });
}

/** Carries out a build that has to fail. */
async function fail(context: CheckContext, parameters: BuildParameters): Promise<Ended> {
  const ended = await context.lab.runs.build(parameters, context);
  const look = await context.lab.runs.look(ended);
  expectEqual(`phase of ${nameOf(ended.run)}`, ended.run.status?.phase, "Failed", look);
  return ended;
}

async function expectMessage(
  { lab, see }: CheckContext,
  ended: Ended,
  name: string,
  words: readonly string[],
  bound = BOUND,
): Promise<void> {
  const look = await lab.runs.look(ended);
  const step = failedSteps(ended).find((each) => each.name === name);
  const { message = "", seconds = 0 } = step ?? {};
  const seen = step === undefined ? "the step did not fail" : message;
  expectWords(`step ${name} failed, and a message of it`, seen, words, look);
  expect(seconds <= bound, {
    expected: `step ${name} gives up within ${bound} s`,
    seen: `${seconds} s`,
    look,
  });
  see(`${name} gave up after ${seconds} s: ${message}`);
}
