/** Whether a token is refused once what it is bound to is gone, as `class revoke` does it. */
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { ACCOUNTS } from "../../../components/rbac";
import { clusterConfig } from "../../engine/cluster-access";
import { withToken } from "../../live/api-clients";
import { until } from "../../support/until";
import { askWith } from "./requests";
import type { Student } from "./students/student";
import type { Request } from "../clients/send";
import type { Answer } from "./tries/try";

/** Seconds that the API server may go on accepting a token that it knows, and some more. */
const PATIENCE = 30;

/**
 * Asks with a token of its own, so that the student's kubeconfig stays good.
 *
 * @param config The cluster, with the rights of whoever runs this. @default that of the class
 * @returns what came of the request after the token has ended; failed where it was not good before
 */
export async function askRevoked(
  { outputs }: Student,
  request: Request,
  config?: KubeConfig,
): Promise<Answer> {
  const admin = config ?? (await clusterConfig());
  const core = admin.makeApiClient(CoreV1Api);
  const { namespace } = outputs;
  const made = await core.createNamespacedSecret({
    namespace,
    body: { metadata: { generateName: "verify-revoked-" } },
  });
  const { name = "", uid = "" } = made.metadata ?? {};
  let student: KubeConfig;
  try {
    const boundObjectRef = { apiVersion: "v1", kind: "Secret", name, uid };
    const { status } = await core.createNamespacedServiceAccountToken({
      name: ACCOUNTS.student,
      namespace,
      body: { spec: { audiences: [], expirationSeconds: 600, boundObjectRef } },
    });
    student = withToken(admin, ACCOUNTS.student, status?.token ?? "");
    const before = await askWith(student, request);
    if (before.kind !== "status" || before.status >= 300) {
      return { kind: "failed", reason: `the token was not good before: ${JSON.stringify(before)}` };
    }
  } finally {
    await core.deleteNamespacedSecret({ namespace, name });
  }
  let after: Answer = { kind: "failed", reason: "not asked" };
  const isRefused = async (): Promise<boolean> => {
    after = await askWith(student, request);
    return after.kind === "status" && after.status === 401;
  };
  await until(isRefused, { seconds: PATIENCE }).catch(() => undefined);
  return after;
}
