import { createHmac, randomUUID } from "node:crypto";
import { request } from "node:https";
import type { LabParts } from "../lab-parts";

/** What Argo's server answers to an event. */
export interface EventAnswer {
  readonly status: number;
  readonly text: string;
}

/** A push to the branch `mlops`, as GitHub tells of it. */
export function pushEvent(repository: string, commit: string): unknown {
  return {
    ref: "refs/heads/mlops",
    after: commit,
    deleted: false,
    repository: { name: repository, clone_url: `http://repository.invalid/${repository}.git` },
    head_commit: { id: commit, message: "Verify" },
  };
}

/** The secret with which the lab's events are signed. */
export async function eventSecret({
  cluster,
  outputs,
}: Pick<LabParts, "cluster" | "outputs">): Promise<string> {
  const name = "argo-workflows-webhook-clients";
  const { data } = await cluster.core.readNamespacedSecret({ name, namespace: outputs.namespace });
  const client = Buffer.from(data?.["git-webhook"] ?? "", "base64").toString();
  return (JSON.parse(client) as { secret: string }).secret;
}

/** Sends a push to Argo's server, from outside the cluster. */
export function sendPush(
  { argoServerUrl, namespace }: LabParts["outputs"],
  event: unknown,
  secret: string,
  signal: AbortSignal,
): Promise<EventAnswer> {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return new Promise((resolve, reject) => {
    const sent = request(
      `${argoServerUrl}/api/v1/events/${namespace}/push`,
      {
        method: "POST",
        // The server makes its certificate itself.
        rejectUnauthorized: false,
        signal,
        headers: {
          "Content-Type": "application/json",
          "X-GitHub-Event": "push",
          "X-GitHub-Delivery": randomUUID(),
          "X-Hub-Signature-256": `sha256=${signature}`,
        },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => (text += part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
