import { createHash } from "node:crypto";
import { TRIGGER_LABEL } from "../../../../components/argo";
import { argumentOf, nameOf, type Workflow } from "../../../live/workflows/workflow";
import { until } from "../../../support/until";
import { type Check, type CheckContext } from "../../suite/check";
import { alert, githubPush, gitlabPush, newData } from "../../events/bodies";
import { pushRun } from "../../events/pushing";
import { type Event, eventSecret, eventToken, type Proof, sendEvent } from "../../events/sending";
import { expect, expectEqual } from "../../suite/expect";

/** Seconds in which both alerts are sent. */
const BOTH_ALERTS = 60;

/** What starts a training besides a push to the lab's own git server. */
export const events: Check = {
  name: "events",
  title:
    "New data trains once for a version, a degraded model once in an hour of the clock, and a push that GitHub or GitLab tells " +
    "of starts the run of its commit",
  run: async (context) => {
    const { cluster, outputs } = context.lab;
    const token = await eventToken(cluster, outputs.namespace);
    const secret = await eventSecret(cluster, outputs.namespace);
    await onNewData(context, { token });
    await onDegradation(context, { token });
    const facts = {
      repository: "gourmetgram-train",
      ref: "refs/heads/mlops",
      commit: createHash("sha1").update(context.lab.id).digest("hex"),
    };
    await onPush(context, "GitHub", githubPush(facts), { secret }, facts.commit);
    const other = createHash("sha1").update(facts.commit).digest("hex");
    await onPush(context, "GitLab", gitlabPush({ ...facts, commit: other }), { token }, other);
  },
};

/** The first starts a training with the lab's own code, which goes through; the same again starts none. */
async function onNewData(context: CheckContext, proof: Proof): Promise<void> {
  const { lab, progress, see, signal } = context;
  const version = `verify-${lab.id}`;
  const hash = createHash("sha256").update(`food11@${version}`).digest("hex");
  const name = `train-model-data-${hash.slice(0, 8)}`;
  const event = newData("food11", version);
  await expectTaken(context, event, proof);
  await adopt(context, name, "new-data");
  await expectRepeated(context, event, proof, name);
  const { run } = await lab.argo.follow(name, (family) => progress(nameOf(family.run)), signal);
  expectEqual(`phase of ${name}`, run.status?.phase, "Succeeded");
  expectEqual(`code that ${name} names`, argumentOf(run, "branch") ?? argumentOf(run, "commit"), undefined);
  see(`new data: ${name} started and Succeeded, with the lab's own code; the same again starts nothing`);
}

/** The first alert of an hour starts a training, any other starts none. */
async function onDegradation(context: CheckContext, proof: Proof): Promise<void> {
  const { lab, see, progress, signal } = context;
  // The name is that of the hour, in which both have to come.
  await until(
    () => {
      const left = 3600 - (Math.floor(Date.now() / 1000) % 3600);
      progress(`${left} s are left of this hour`);
      return Promise.resolve(left > BOTH_ALERTS);
    },
    { signal },
  );
  const name = degradedRun(new Date());
  const earlier = await lab.argo.find(name);
  const first = alert("firing", "ModelDegraded");
  if (earlier === undefined) await expectTaken(context, first, proof);
  else await expectRepeated(context, first, proof, name);
  await adopt(context, name, "model-degraded");
  await expectRepeated(context, first, proof, name);
  await expectRepeated(context, alert("firing", "DataDrift"), proof, name);
  if (earlier === undefined) await lab.runs.terminate(name, context);
  see(
    `a degraded model: ${name} ${earlier === undefined ? "started" : "had been started by an earlier alert"}; ` +
      "the same alert again, and another one in the same hour, start nothing",
  );
}

/** Its repository is not there, so the run is ended as soon as it is known to be the right one. */
async function onPush(
  context: CheckContext,
  sender: string,
  event: Event,
  proof: Proof,
  commit: string,
): Promise<void> {
  const name = pushRun(commit);
  await expectTaken(context, event, proof);
  const run = await adopt(context, name, "push");
  const { repository } = event.body as { repository: { clone_url?: string; git_http_url?: string } };
  const expected = {
    branch: "mlops",
    commit,
    "train-repository": repository.clone_url ?? repository.git_http_url,
  };
  for (const [parameter, value] of Object.entries(expected)) {
    expectEqual(`parameter ${parameter} of ${name}`, argumentOf(run, parameter), value);
  }
  await context.lab.runs.terminate(name, context);
  context.see(`a push as ${sender} tells of it: ${name}, with its branch, commit and repository`);
}

/** Name of the run that an alert at that time starts. */
export function degradedRun(time: Date): string {
  return `train-model-degraded-${time.toISOString().slice(0, 13).replace("T", "-")}`;
}

async function expectTaken({ lab, signal }: CheckContext, event: Event, proof: Proof): Promise<void> {
  const { status, text } = await sendEvent(lab.outputs, event, proof, signal);
  expect(status === 200, { expected: `200 to an event ${event.kind}`, seen: `${status} ${text}` });
}

/** @throws CheckFailure unless Argo answers that the run is there already */
async function expectRepeated(
  { lab, signal }: CheckContext,
  event: Event,
  proof: Proof,
  name: string,
): Promise<void> {
  const { status, text } = await sendEvent(lab.outputs, event, proof, signal);
  expect(status === 500 && text.includes("already exists") && text.includes(name), {
    expected: `500 to a second event ${event.kind}, as ${name} already exists`,
    seen: `${status} ${text}`,
  });
}

/** Takes over the run that an event has started, to be removed with the others. */
async function adopt(context: CheckContext, name: string, kind: Event["kind"]): Promise<Workflow> {
  // Argo answers when it has created the run.
  const run = await context.lab.argo.find(name);
  expect(run !== undefined, { expected: `a run ${name}`, seen: "none" });
  expectEqual(`label ${TRIGGER_LABEL} of ${name}`, run.metadata.labels?.[TRIGGER_LABEL], kind);
  await context.lab.runs.adopt(name);
  return run;
}
