/** A run that waits, for a student to tamper with. */
import type { Cluster } from "../../../live/api-clients";
import { Argo } from "../../../live/workflows/argo";
import { submission } from "../../../live/workflows/submission";
import { nameOf } from "../../../live/workflows/workflow";
import { VERIFY_LABEL } from "../../pods/verify-label";
import type { StudentStack } from "../students/student";

/**
 * Submits a run that is suspended from its start, so that it takes nothing of the student.
 *
 * @param id Of the verification.
 */
export async function startTarget(
  { outputs }: StudentStack,
  cluster: Cluster,
  id: string,
): Promise<{ name: string; remove: () => Promise<void> }> {
  const argo = new Argo(cluster, outputs.namespace);
  const { metadata, spec } = submission(outputs.workflowTemplates.train, {}, { [VERIFY_LABEL]: id });
  const run = await argo.createWorkflow({ metadata, spec: { ...spec, suspend: true } });
  return { name: nameOf(run), remove: () => argo.deleteWorkflows(`${VERIFY_LABEL}=${id}`) };
}
