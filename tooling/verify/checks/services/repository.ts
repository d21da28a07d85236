import { pushPassword } from "../../../engine/stack/live-lab";
import { runsOf } from "../../../live/workflows/family";
import { productsOf } from "../../../live/runs/outcome";
import { stepsOf } from "../../../live/runs/run-steps";
import { nameOf } from "../../../live/workflows/workflow";
import { type Check, type CheckContext } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { Checkout, GitError, type Identity } from "../../clients/git";
import { requireServing } from "../../runs/lessons";
import { type Release, requireRelease } from "../../runs/lineage";
import type { ServedVersion } from "../../../live/services/staging-service";
import { expectServed } from "./staging";

/** Seconds that a build may take whose layers are all in the cache. */
const FROM_CACHE = 20;

/** What a student pushes is what staging serves; nobody else pushes. */
export const repository: Check = {
  name: "repository",
  title: "A student's push is built and served, a push without the password refused, a rebuild cached",
  run: async (context) => {
    const { appRepository } = context.lab.outputs;
    const { externalUrl, branch, username } = appRepository;
    const password = await pushPassword();
    const before = await requireServing(context);
    const version = String(before.stagingAlias);
    if (username === null || password === null) {
      context.see(`${externalUrl} is not the lab's own repository: nothing is pushed to it`);
    } else {
      await Checkout.with(externalUrl, branch, (checkout) =>
        expectPush(context, checkout, { username, password }, version),
      );
    }
    await expectCached(context, version, before.served);
  },
};

async function expectPush(
  context: CheckContext,
  checkout: Checkout,
  student: Identity,
  version: string,
): Promise<void> {
  // A branch of its own: what students have pushed stays as it is.
  const branch = `verify-${context.lab.id}`;
  const commit = await checkout.commit("VERIFY.md", `${branch}\n`, `Verify ${context.lab.id}`);
  for (const [who, identity] of [
    ["nobody", undefined],
    ["a student with a wrong password", { ...student, password: "wrong" }],
  ] as const) {
    await expectRefusal(context, checkout, branch, who, identity);
  }
  await checkout.push(branch, student);
  try {
    const { release } = await build(context, version, branch);
    expectEqual("commit that was built", release.commit, commit);
    await expectServed(context, release);
    context.see(`pushed as ${student.username} and built: ${commit}`);
  } finally {
    await checkout.deleteBranch(branch, student);
  }
}

async function expectRefusal(
  { see }: CheckContext,
  checkout: Checkout,
  branch: string,
  who: string,
  identity: Identity | undefined,
): Promise<void> {
  const refusal = await checkout.push(branch, identity).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof GitError) return error.said;
      throw error;
    },
  );
  expect(refusal !== undefined, { expected: `a push as ${who} is refused`, seen: "it was taken" });
  expect(/authenti|could not read (Username|Password)|40[13]/i.test(refusal), {
    expected: `a push as ${who} is refused for want of a password`,
    seen: refusal,
  });
  see(`refused to ${who}: ${refusal}`);
}

/** The same application with the same model again: nothing is built again, and the image is the very same. */
async function expectCached(
  context: CheckContext,
  version: string,
  before: ServedVersion | undefined,
): Promise<void> {
  const { branch } = context.lab.outputs.appRepository;
  let first = before?.image ?? undefined;
  let again = await build(context, version, branch);
  // Someone may have pushed since what served before was built: then this was the first build of it.
  if (again.release.commit !== before?.application_commit) {
    first = again.release.image;
    again = await build(context, version, branch);
  }
  expectEqual("the same application and model, built again", again.release.image, first);
  expect(again.seconds < FROM_CACHE, {
    expected: `step build-image within ${FROM_CACHE} s where everything is in the cache`,
    seen: `${again.seconds} s`,
    look: [`log of step build-image of ${again.name}`],
  });
  await expectServed(context, again.release);
  context.see(`built again from the cache in ${again.seconds} s: ${again.release.imageDigest}`);
}

async function build(
  context: CheckContext,
  version: string,
  branch: string,
): Promise<{ name: string; release: Release; seconds: number }> {
  const { runs } = context.lab;
  const ended = await runs.build({ "model-version": version, "app-branch": branch }, context);
  const look = await runs.look(ended);
  expectEqual(`phase of ${nameOf(ended.run)}`, ended.run.status?.phase, "Succeeded", look);
  const step = runsOf(ended)
    .flatMap((run) => stepsOf(run))
    .find((each) => each.name === "build-image");
  return {
    name: nameOf(ended.run),
    release: requireRelease(productsOf(ended), look),
    seconds: step?.seconds ?? 0,
  };
}
