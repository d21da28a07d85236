import { type Check, type CheckContext } from "../../suite/check";
import { eventSecret, sendEvent } from "../../events/sending";
import { githubPush } from "../../events/bodies";
import { withPushing } from "../../events/pushing";
import { expect, expectEqual } from "../../suite/expect";
import { until } from "../../../support/until";
import { without } from "../../pods/workloads";

/** Seconds that a push may take of which nobody can be told: five for that, and Git's own. */
const PATIENCE = 15;

/** Argo's server is away: the push is taken all the same, and says what to do. */
export const pushUnheard: Check = {
  name: "push-unheard",
  title:
    "A push while Argo's server is away is taken without delay, and says how to start the training later",
  run: (context) =>
    withPushing(context, async (pushing) => {
      const { lab, see } = context;
      const labelSelector = "app.kubernetes.io/name=argo-server";
      const { items } = await lab.cluster.apps.listDeploymentForAllNamespaces({ labelSelector });
      const { name = "", namespace = "" } = items[0]?.metadata ?? {};
      await without(lab.cluster, { namespace, name }, context, async () => {
        const branch = pushing.branch("away");
        const commit = await pushing.checkout.commit("AWAY.md", "away\n", "Nobody listens");
        const begun = Date.now();
        const said = await pushing.push({ [branch]: commit });
        const seconds = (Date.now() - begun) / 1000;
        expectWayOut(said, branch);
        expect(seconds < PATIENCE, { expected: `a push within ${PATIENCE} s`, seen: `${seconds} s` });
        expectEqual("run of that commit", await pushing.runOf(commit), undefined);
        see(`without Argo's server a push takes ${seconds.toFixed(1)} s and says: ${said}`);
      });
      await untilHeard(context);
    }),
};

/** @throws CheckFailure unless the server has said that nothing is known to have started, and how to start it later */
export function expectWayOut(said: string, branch: string): void {
  const isTold = /no (?:training started|answer from Argo's server)/.test(said);
  expect(isTold && said.includes(`npm run train -- --branch ${branch}`), {
    expected: `a line that nothing started, with npm run train -- --branch ${branch}`,
    seen: said,
  });
}

/** A server that is ready is not yet reached by all: addresses of Services follow a little later. */
async function untilHeard({ lab, signal }: CheckContext): Promise<void> {
  const { outputs, cluster } = lab;
  const secret = await eventSecret(cluster, outputs.namespace);
  const other = githubPush({ repository: "another", ref: "refs/heads/mlops", commit: "1".repeat(40) });
  const answers = async (): Promise<boolean> => {
    const answer = await sendEvent(outputs, other, { secret }, signal).catch(() => undefined);
    return answer?.status === 200;
  };
  await until(answers, { seconds: 60, signal });
}
