import { servedText } from "../../live/services/staging-service";
import { TimeOver, until } from "../../support/until";
import { testedOf } from "../../verify/runs/lineage";
import type { LabParts } from "../../verify/suite/lab-parts";
import { RETURN_SECONDS } from "./runs";

/**
 * Waits until staging serves what it has to, and its alias and the note on its Deployment say the same.
 *
 * @param served What `servedText` of the right one begins with.
 * @returns what is wrong
 */
export async function disagreement(
  { staging, mlflow, outputs, cluster }: Pick<LabParts, "staging" | "mlflow" | "outputs" | "cluster">,
  served: string,
  signal: AbortSignal,
): Promise<string[]> {
  const { name, stagingAlias } = outputs.registeredModel;
  const { namespace, deployment } = outputs.staging;
  let seen = "";
  const agree = async (): Promise<boolean> => {
    const now = await staging.version();
    const { alias } = await mlflow.registryState(name, stagingAlias);
    const { metadata } = await cluster.apps.readNamespacedDeployment({ namespace, name: deployment });
    const tested = testedOf(metadata)["modelVersion"];
    seen = `${servedText(now)}; alias at ${alias ?? "none"}; tested ${tested ?? "none"}`;
    const all = [now.model_version, alias === undefined ? undefined : String(alias), tested];
    return servedText(now).startsWith(served) && new Set(all).size === 1;
  };
  try {
    await until(() => agree().catch(() => false), { seconds: RETURN_SECONDS, signal });
    return [];
  } catch (error) {
    if (error instanceof TimeOver) return [`staging is to serve ${served.trim()}, and: ${seen}`];
    throw error;
  }
}
