import { randomBytes } from "node:crypto";
import pRetry from "p-retry";
import { type Check, type CheckContext } from "../../suite/check";
import { expectEqual } from "../../suite/expect";
import type { Lab } from "../../suite/lab";
import { stateText } from "../../../live/services/mlflow";
import { undisturbed } from "../../runs/quiet";
import { replacePods, workloadsOf } from "../../pods/workloads";

/** Size of the artifact that has to survive, in bytes. */
const ARTIFACT_SIZE = 256 * 1024;

/** What MLflow has been told survives the loss of its pod and of its database's. */
export const persistence: Check = {
  name: "persistence",
  title: "Models, aliases and artifacts survive a restart of MLflow and its database",
  run: (context) => undisturbed(context.lab, context, () => survive(context)),
};

async function survive(context: CheckContext): Promise<void> {
  const { lab, see } = context;
  const marker = `verify-${lab.id}`;
  const description = randomBytes(16).toString("hex");
  const bytes = new Uint8Array(randomBytes(ARTIFACT_SIZE));
  const path = `${marker}/bytes`;
  try {
    await lab.mlflow.createModel(marker, description);
    await lab.mlflow.putArtifact(path, bytes);
    const before = await survey(lab);

    for (const name of await restart(context)) see(`ready again: ${name}`);

    expectEqual("the model registry", await survey(lab), before);
    see(`the model registry as before: ${before}`);
    expectEqual("description of a model", await lab.mlflow.descriptionOf(marker), description);
    const found = await lab.mlflow.getArtifact(path);
    expectEqual(`artifact of ${bytes.length} bytes is as stored`, Buffer.compare(found, bytes) === 0, true);
    see(`an artifact of ${bytes.length} bytes as before`);
  } finally {
    await forget(lab, marker);
  }
}

async function survey({ mlflow, outputs }: Lab): Promise<string> {
  const { name, alias } = outputs.registeredModel;
  return stateText(await mlflow.registryState(name, alias));
}

/** @returns the names of the new pods */
async function restart({ lab, progress, signal }: CheckContext): Promise<string[]> {
  const standing = new Map<string, string>();
  const all = workloadsOf(lab.outputs.workloads).map((workload) =>
    replacePods(
      lab.cluster,
      workload,
      (line) => {
        standing.set(workload.name, line);
        progress([...standing.values()].join("; "));
      },
      signal,
    ),
  );
  const pods = (await Promise.all(all)).flat();
  progress("waiting for MLflow to answer from outside the cluster");
  // The way from outside is put back by the nodes a moment after the pod is ready.
  await pRetry(() => lab.mlflow.requireHealth(), { retries: 30, minTimeout: 1000, factor: 1, signal });
  return pods;
}

/** Takes the marks out again, whatever became of the check. */
async function forget({ mlflow }: Lab, marker: string): Promise<void> {
  const steps = [() => mlflow.deleteModel(marker), () => mlflow.deleteArtifact(marker)];
  for (const step of steps) {
    await pRetry(step, { retries: 5, minTimeout: 1000, factor: 1 }).catch(() => undefined);
  }
}
