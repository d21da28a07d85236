/** A push of one student starts her own run and nothing at another's, where she can neither push nor send an event. */
import { createHash } from "node:crypto";
import { TRIGGER_LABEL } from "../../../../components/argo";
import { configFrom, reasonOf } from "../../../live/api-clients";
import { Argo } from "../../../live/workflows/argo";
import { nameOf, type Workflow } from "../../../live/workflows/workflow";
import { Checkout, GitError, type Identity } from "../../clients/git";
import { githubPush } from "../../events/bodies";
import { hasStarted, pushRun } from "../../events/pushing";
import { eventSecret, type Proof, sendEvent } from "../../events/sending";
import { VERIFY_LABEL } from "../../pods/verify-label";
import type { Findings } from "../carry-out";
import type { Probing } from "../probe";
import type { Student } from "../students/student";
import type { Answer, Attempt } from "../tries/try";
import { openWays, type Pusher } from "./ways";

/** Who pushes, in the git server of each student. */
const USERNAME = "student";

/** What all students push and send with. */
export interface PushWork extends Probing {
  readonly argoServerUrl: string;
  readonly add: (attempt: Attempt, answer: Answer) => void;
}

/**
 * Each student pushes once, and tries the next one; nothing where the repository is someone else's.
 *
 * @param attack What is pushed besides, on purpose.
 */
export async function verifyPushes(
  students: readonly Student[],
  attack: (own: Pusher, other: Pusher, work: PushWork) => Promise<void>,
  probing: Probing,
  findings: Findings,
): Promise<void> {
  let begun = Date.now();
  const add: PushWork["add"] = (attempt, answer) => {
    findings.add(attempt, answer, begun);
    begun = Date.now();
  };
  const attempted = async (who: string, work: () => Promise<void>): Promise<void> => {
    await work().catch((error: unknown) => {
      probing.signal.throwIfAborted();
      // What was tried before counts all the same.
      add({ who, what: "as a whole", expected: "reached" }, { kind: "failed", reason: reasonOf(error) });
    });
  };
  await attempted("the pushes of the class", async () => {
    const { pushers, argoServerUrl, close } = await openWays(students, probing.cluster);
    if (pushers.length === 0) console.log("nothing is pushed: the repositories are not the class's own");
    try {
      for (const [index, own] of pushers.entries()) {
        const other = pushers[(index + 1) % pushers.length];
        if (other === undefined || other === own) continue;
        const work = { ...probing, argoServerUrl, add };
        await attempted(`${own.name}'s push`, () => onePair(own, other, work));
        await attempted(`${own.name}'s push with intent`, () => attack(own, other, work));
      }
    } finally {
      await close();
    }
  });
}

async function onePair(own: Pusher, other: Pusher, work: PushWork): Promise<void> {
  const { cluster, id, signal, add } = work;
  const argo = new Argo(cluster, own.outputs.namespace);
  const branch = `verify-${id}`;
  const student = identityOf(own);
  const who = `${own.name}'s push`;
  signal.throwIfAborted();
  await Checkout.with(own.url, own.branch, async (checkout) => {
    const commit = await checkout.commit("VERIFY.md", `${id} of ${own.name}\n`, "Verify");
    // With a way to it that a student has not: it is the password that is tried.
    add(
      { who, what: `to ${other.name}'s git server, with the own password`, expected: "refused" },
      await answerToPush(() => checkout.push(branch, student, other.url)),
    );
    const others = new Argo(cluster, other.outputs.namespace);
    const before = (await others.workflows()).map(nameOf);
    try {
      let said = "";
      const pushed = await answerToPush(async () => {
        said = await checkout.pushAll({ [branch]: commit }, student);
      });
      add({ who, what: "to the own git server", expected: "reached" }, pushed);
      const started = hasStarted(said, commit) && (await argo.find(pushRun(commit))) !== undefined;
      add(
        { who, what: `starts the own run ${pushRun(commit)}`, expected: "reached" },
        started ? { kind: "status", status: 200 } : { kind: "failed", reason: said || "no such run" },
      );
      await tryEvents(own, other, work);
      const since = startedByEvents(await others.workflows(), before);
      add(
        { who, what: `starts nothing at ${other.name}'s`, expected: "refused", only: [404] },
        since.length === 0
          ? { kind: "status", status: 404 }
          : { kind: "failed", reason: `there are ${since.join(", ")}` },
      );
    } finally {
      await removeRun(argo, commit, id);
      await checkout.deleteBranch(branch, student).catch(() => undefined);
    }
  });
}

/** Events with the proof that the student has, to her own namespace, where it counts, and to the other's. */
async function tryEvents(own: Pusher, other: Pusher, work: PushWork): Promise<void> {
  const { cluster, argoServerUrl, signal, add, id } = work;
  const commit = createHash("sha1").update(`${id} of ${own.name} for ${other.name}`).digest("hex");
  const at = ({ outputs }: Pusher) => ({ argoServerUrl, namespace: outputs.namespace });
  const proofs: Readonly<Record<string, Proof>> = {
    "signed with the own secret": { secret: await eventSecret(cluster, own.outputs.namespace) },
    "with the own kubeconfig's token": { token: configFrom(own.kubeconfig).getCurrentUser()?.token ?? "" },
    "without a signature": "none",
  };
  for (const [how, proof] of Object.entries(proofs)) {
    const send = async (to: Pusher, repository: string): Promise<Answer> => {
      const event = githubPush({ repository, ref: "refs/heads/mlops", commit });
      return sendEvent(at(to), event, proof, signal).then(
        ({ status, text }): Answer =>
          status < 300 ? { kind: "status", status } : { kind: "status", status, text },
        (error: unknown): Answer => ({ kind: "failed", reason: String(error) }),
      );
    };
    const who = `${own.name}'s event ${how}`;
    if (proof !== "none") {
      // Of a repository that no binding takes: it is the proof that counts.
      add({ who, what: "to the own namespace", expected: "reached" }, await send(own, "another"));
    }
    add(
      { who, what: `to ${other.name}'s namespace`, expected: "refused" },
      await send(other, "gourmetgram-train"),
    );
  }
}

/** Git says why it was turned away; another reason proves nothing. */
export async function answerToPush(push: () => Promise<unknown>): Promise<Answer> {
  try {
    await push();
    return { kind: "status", status: 200 };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const refused = /authentication failed|error: 40[13]/i.test(error.said);
    return refused
      ? { kind: "status", status: 401, text: error.said }
      : { kind: "failed", reason: error.said };
  }
}

/** The runs that events have started since, whosever they are. A schedule's do not count. */
export function startedByEvents(runs: readonly Workflow[], before: readonly string[]): string[] {
  return runs
    .filter(({ metadata }) => metadata.labels?.[TRIGGER_LABEL] !== undefined)
    .map(nameOf)
    .filter((name) => !before.includes(name));
}

/** As whom a student pushes to the own git server. */
export const identityOf = ({ pushPassword }: Pusher): Identity => ({
  username: USERNAME,
  password: pushPassword,
});

/** Its training would prove nothing more, and take a minute. */
export async function removeRun(argo: Argo, commit: string, id: string): Promise<void> {
  if ((await argo.find(pushRun(commit))) === undefined) return;
  await argo.label(pushRun(commit), { [VERIFY_LABEL]: id });
  await argo.deleteWorkflows(`${VERIFY_LABEL}=${id}`);
}
