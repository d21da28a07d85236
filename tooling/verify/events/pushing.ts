import { pushPassword } from "../../engine/stack/live-lab";
import type { Family } from "../../live/workflows/family";
import { failedSteps } from "../../live/runs/run-steps";
import { isOver, nameOf, type Workflow } from "../../live/workflows/workflow";
import { until } from "../../support/until";
import type { CheckContext } from "../suite/check";
import { Checkout, type Identity } from "../clients/git";
import { expect, expectEqual, expectWords } from "../suite/expect";

/** The tests of a model. */
export const TESTS = "tests/test_model_accuracy.py";

/** The same with an accuracy that is not left to chance. */
export const accuracyTest = (accuracy: number): string => `def test_model_accuracy() -> None:
    assert ${accuracy} >= 0.8
`;

/** Seconds in which an event has to have its run. */
const SOON = 15;

/** Name of the run that trains with a commit. */
export function pushRun(commit: string): string {
  return `train-model-push-${commit.slice(0, 8)}`;
}

/**
 * Pushes to the training code in the lab's git server, and deletes the branches afterwards. Without such a repository
 * nothing is done, which is told.
 */
export async function withPushing(
  context: CheckContext,
  work: (pushing: Pushing) => Promise<void>,
): Promise<void> {
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
      await work(pushing);
    } finally {
      await pushing.cleanUp();
    }
  });
}

/** Pushes of a verification to branches of its own: what students have pushed stays as it is. */
export class Pushing {
  private readonly pushed = new Set<string>();

  constructor(
    private readonly context: CheckContext,
    readonly checkout: Checkout,
    private readonly student: Identity,
  ) {}

  /** A name that no student's branch has. */
  branch(name: string): string {
    return `verify-${this.context.lab.id}-${name}`;
  }

  /**
   * Pushes commits to branches, by one push.
   *
   * @returns what the server said, in lines
   */
  async push(branches: Readonly<Record<string, string>>): Promise<string> {
    for (const branch of Object.keys(branches)) this.pushed.add(branch);
    const said = await this.checkout.pushAll(branches, this.student);
    for (const commit of Object.values(branches)) {
      if (hasStarted(said, commit)) await this.context.lab.runs.adopt(pushRun(commit));
    }
    return said;
  }

  /** @returns what the server said, in lines */
  async deleteBranch(branch: string): Promise<string> {
    const said = await this.checkout.deleteBranch(branch, this.student);
    this.pushed.delete(branch);
    return said;
  }

  /** The run that trains with a commit; undefined if there is none. */
  runOf(commit: string): Promise<Workflow | undefined> {
    return this.context.lab.argo.find(pushRun(commit));
  }

  /** Waits for the end of a commit's run. */
  async follow(commit: string): Promise<Family> {
    const { lab, signal, progress } = this.context;
    await until(() => this.runOf(commit), { seconds: SOON, signal });
    const family = await lab.argo.follow(pushRun(commit), ({ run }) => progress(nameOf(run)), signal);
    expect(isOver(family.run), { expected: `an end of ${pushRun(commit)}`, seen: "none" });
    return family;
  }

  /** @throws CheckFailure unless the run has failed at a step, with a message that says so */
  async expectFailed(family: Family, step: string, words: string): Promise<void> {
    const look = await this.context.lab.runs.look(family);
    const [failed] = failedSteps(family);
    expectEqual(`step of ${nameOf(family.run)} that failed`, failed?.name, step, look);
    expectWords(`a message of step ${step}`, failed?.message ?? "none", [words], look);
  }

  async cleanUp(): Promise<void> {
    for (const branch of this.pushed) await this.deleteBranch(branch);
  }
}

/** Whether the server has said that Argo was asked for the run of a commit, and took it. */
export function hasStarted(said: string, commit: string): boolean {
  return said.includes(`training asked for: ${pushRun(commit)} (`);
}

/** @throws CheckFailure unless the server has said so, and where the run is seen */
export function expectStarted(said: string, commit: string): void {
  expect(hasStarted(said, commit), {
    expected: `a line that ${pushRun(commit)} was asked for, with its address`,
    seen: said,
  });
}
