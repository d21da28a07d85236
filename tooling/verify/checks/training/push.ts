import { eventSecret, pushEvent, sendPush } from "../../clients/events";
import { pushPassword } from "../../../engine/stack/live-lab";
import { isOver, nameOf, type Workflow } from "../../../live/workflows/workflow";
import { productsOf } from "../../../live/runs/outcome";
import { failedSteps } from "../../../live/runs/run-steps";
import type { Family } from "../../../live/workflows/family";
import { type Check, type CheckContext } from "../../check";
import { Checkout, type Identity } from "../../clients/git";
import { expect, expectEqual } from "../../expect";
import { requireRelease } from "../../runs/lineage";
import { until } from "../../../support/until";
import { without } from "../../pods/workloads";
import { expectServed } from "../services/staging";

/** The tests of a model, with an accuracy that is not left to chance. */
const TESTS = "tests/test_model_accuracy.py";
const accuracyTest = (accuracy: number): string => `def test_model_accuracy() -> None:
    assert ${accuracy} >= 0.8
`;
/** Seconds in which an event has to have its run, or to have none. */
const SOON = 15;

/** A push to the training code trains, and each thing that may go wrong with it ends as it is documented. */
export const push: Check = {
  name: "push",
  title: "A push trains, builds and serves its commit; what may go wrong with a push ends as documented",
  run: async (context) => {
    const { trainRepository, appRepository } = context.lab.outputs;
    const password = await pushPassword();
    if (trainRepository === null || appRepository.username === null || password === null) {
      context.see("the lab has no repository of the training code: nothing is pushed");
      return;
    }
    const student = { username: appRepository.username, password };
    const { externalUrl, branch } = trainRepository;
    await Checkout.with(externalUrl, branch, async (checkout) => {
      const pushing = new Pushing(context, checkout, student);
      try {
        await refusedEvents(context);
        await pushing.failing();
        await pushing.withoutArgo();
        await pushing.burst();
      } finally {
        await pushing.cleanUp();
      }
    });
  },
};

/** Events that start nothing: with another signature, of another repository. */
async function refusedEvents({ lab, see, signal }: CheckContext): Promise<void> {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const forged = await sendPush(lab.outputs, pushEvent("gourmetgram-train", commit), "wrong", signal);
  expect(forged.status === 401 || forged.status === 403, {
    expected: "an event with another signature is refused with 401 or 403",
    seen: `${forged.status} ${forged.text}`,
  });
  const secret = await eventSecret(lab);
  const other = await sendPush(lab.outputs, pushEvent("gourmetgram", commit), secret, signal);
  expectEqual("answer to an event of another repository", other.status, 200);
  const runs = (await lab.argo.workflows()).map(nameOf);
  expect(!runs.includes(runName(commit)), { expected: "no run of either", seen: runName(commit) });
  see(
    `an event with another signature is refused (${forged.status}), one of another repository starts nothing`,
  );
}

/** Pushes of a verification to branches of its own: what students have pushed stays as it is. */
class Pushing {
  private readonly pushed = new Set<string>();

  constructor(
    private readonly context: CheckContext,
    private readonly checkout: Checkout,
    private readonly student: Identity,
  ) {}

  /** A Dockerfile that does not build and tests that fail, as two branches of one push; and a branch deleted. */
  async failing(): Promise<void> {
    const { lab, see } = this.context;
    const [failing, broken] = [this.branch("tests"), this.branch("dockerfile")];
    const whole = await this.checkout.read("Dockerfile");
    const tests = await this.checkout.commit(TESTS, accuracyTest(0.5), "Fail the tests");
    const lines = `${whole}RUN false\n`;
    const dockerfile = await this.checkout.commit("Dockerfile", lines, "Break the Dockerfile");
    await this.checkout.commit("Dockerfile", whole, "Repair the Dockerfile");
    const said = await this.push({ [failing]: tests, [broken]: dockerfile });
    for (const commit of [tests, dockerfile]) expectStarted(said, commit);

    const gated = await this.follow(tests);
    const look = await lab.runs.look(gated);
    expectEqual(`phase of ${nameOf(gated.run)}`, gated.run.status?.phase, "Succeeded", look);
    expectEqual("builds that tests which fail have started", gated.children.length, 0, look);
    const refused = await this.follow(dockerfile);
    await this.expectFailed(refused, "training-image", "Dockerfile does not build at commit");
    see(
      "two branches in one push: two runs; tests that fail stop at the gate, a Dockerfile that does not build by name",
    );

    // Known to Argo by its name, so it is not trained again.
    const again = this.branch("again");
    const twice = await this.push({ [again]: tests });
    expect(twice.includes("no training started") && twice.includes("exists"), {
      expected: "a line that the run of this commit exists",
      seen: twice,
    });
    const deleted = await this.checkout.deleteBranch(again, this.student);
    this.pushed.delete(again);
    expect(deleted.includes(`no training started: the branch ${again} is deleted`), {
      expected: "a line that the branch is deleted and nothing started",
      seen: deleted,
    });
    see("the same commit again, and a branch that is deleted, start nothing, and say so");
  }

  /** Argo's server is away: the push is taken all the same, and says what to do. */
  async withoutArgo(): Promise<void> {
    const { lab, see, signal } = this.context;
    const labelSelector = "app.kubernetes.io/name=argo-server";
    const { items } = await lab.cluster.apps.listDeploymentForAllNamespaces({ labelSelector });
    const { name = "", namespace = "" } = items[0]?.metadata ?? {};
    await without(lab.cluster, { namespace, name }, this.context, async () => {
      const branch = this.branch("away");
      const commit = await this.checkout.commit("AWAY.md", "away\n", "Nobody listens");
      const begun = Date.now();
      const said = await this.push({ [branch]: commit });
      const seconds = (Date.now() - begun) / 1000;
      expect(/no (training started|answer)/.test(said), {
        expected: "a line that nothing started",
        seen: said,
      });
      expect(seconds < 15, { expected: "a push within 15 s", seen: `${seconds} s` });
      expectEqual("run of that commit", await this.runOf(commit), undefined);
      see(`without Argo's server a push takes ${seconds.toFixed(1)} s and says: ${said}`);
    });
    // A server that is ready is not yet reached by all: addresses of Services follow a little later.
    const secret = await eventSecret(lab);
    const answers = async (): Promise<boolean> => {
      const other = pushEvent("gourmetgram", "0".repeat(40));
      const answer = await sendPush(lab.outputs, other, secret, signal).catch(() => undefined);
      return answer?.status === 200;
    };
    await until(answers, { seconds: 60, signal });
  }

  /** Ten pushes in a row: the last commit is what serves, and each of the others has a run that says so. */
  async burst(): Promise<void> {
    const { lab, see } = this.context;
    const branch = this.branch("burst");
    const commits: string[] = [];
    for (let number = 1; number <= 10; number += 1) {
      commits.push(await this.checkout.commit(TESTS, `${accuracyTest(0.9)}# ${number}\n`, `Push ${number}`));
      expectStarted(await this.push({ [branch]: commits.at(-1) ?? "" }), commits.at(-1) ?? "");
    }
    const last = await this.follow(commits.at(-1) ?? "");
    const look = await lab.runs.look(last);
    expectEqual(`phase of ${nameOf(last.run)}`, last.run.status?.phase, "Succeeded", look);
    const release = requireRelease(productsOf(last), look);
    await expectServed(this.context, release);
    expect(release.trainingImage.includes("@sha256:"), {
      expected: "a training image with a digest",
      seen: release.trainingImage,
      look,
    });
    let trained = 0;
    for (const commit of commits.slice(0, -1)) {
      const family = await this.follow(commit);
      if (family.run.status?.phase === "Succeeded") trained += 1;
      else await this.expectFailed(family, "training-image", "is no longer the newest of the branch");
    }
    see(
      `of ten pushes in a row the last one serves; before it ${trained} trained, ${9 - trained} were overtaken`,
    );
  }

  /** Deletes the branches, and lets the verification remove the runs. */
  async cleanUp(): Promise<void> {
    for (const branch of this.pushed) await this.checkout.deleteBranch(branch, this.student);
  }

  private branch(name: string): string {
    return `verify-${this.context.lab.id}-${name}`;
  }

  /** @returns what the server said */
  private async push(branches: Readonly<Record<string, string>>): Promise<string> {
    for (const branch of Object.keys(branches)) this.pushed.add(branch);
    const said = await this.checkout.pushAll(branches, this.student);
    for (const commit of Object.values(branches)) {
      if (said.includes(`training started: ${runName(commit)}`)) {
        await this.context.lab.runs.adopt(runName(commit));
      }
    }
    return said;
  }

  private async runOf(commit: string): Promise<Workflow | undefined> {
    const all = await this.context.lab.argo.workflows();
    return all.find((run) => nameOf(run) === runName(commit));
  }

  /** Waits for the end of a commit's run. */
  private async follow(commit: string): Promise<Family> {
    const { lab, signal, progress } = this.context;
    await until(() => this.runOf(commit), { seconds: SOON, signal });
    const family = await lab.argo.follow(runName(commit), ({ run }) => progress(nameOf(run)), signal);
    expect(isOver(family.run), { expected: `an end of ${runName(commit)}`, seen: "none" });
    return family;
  }

  private async expectFailed(family: Family, step: string, words: string): Promise<void> {
    const look = await this.context.lab.runs.look(family);
    const [failed] = failedSteps(family);
    expectEqual(`step of ${nameOf(family.run)} that failed`, failed?.name, step, look);
    expect(failed?.message?.includes(words) === true, {
      expected: `a message of step ${step} with "${words}"`,
      seen: failed?.message ?? "none",
      look,
    });
  }
}

function runName(commit: string): string {
  return `train-model-push-${commit.slice(0, 8)}`;
}

function expectStarted(said: string, commit: string): void {
  expect(said.includes(`training started: ${runName(commit)} (`), {
    expected: `a line that ${runName(commit)} started, with its address`,
    seen: said,
  });
}
