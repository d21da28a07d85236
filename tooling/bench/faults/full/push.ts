import { randomBytes } from "node:crypto";
import { pushPassword } from "../../../engine/stack/live-lab";
import { messageOf } from "../../../support/errors";
import { Checkout, GitError, type Identity } from "../../../verify/clients/git";
import type { LabParts } from "../../../verify/suite/lab-parts";

const FILE = "FULL.md";
/** Bytes of it: more than a program that ends leaves behind on a full volume. */
const SIZE = 1024 ** 2;

/** What of a lab is needed to push to it. */
type Pushable = Pick<LabParts, "id" | "outputs">;

/** One push to the application's repository: while its volume is full, and again once there is room. */
export class Push {
  private isThere = false;

  /** @param text Of the file that is pushed. */
  private constructor(
    private readonly checkout: Checkout,
    private readonly url: string,
    private readonly branch: string,
    private readonly text: string,
    private readonly identity: Identity,
  ) {}

  /**
   * Commits in a clone, to a branch of its own, which is deleted afterwards.
   *
   * @throws Error if the repository is not the lab's own
   */
  static async with<T>(
    { id, outputs }: Pushable,
    work: (push: Push) => Promise<T>,
    password: () => Promise<string | null> = pushPassword,
  ): Promise<T> {
    const { externalUrl, branch, username } = outputs.appRepository;
    const secret = await password();
    if (username === null || secret === null)
      throw new Error(`${externalUrl} is not the lab's own repository: nothing can be pushed to it`);
    return Checkout.with(externalUrl, branch, async (checkout) => {
      const text = randomBytes(SIZE).toString("base64");
      await checkout.commit(FILE, text, `Push ${id} to a full volume`);
      const identity = { username, password: secret };
      const push = new Push(checkout, externalUrl, `verify-${id}-full`, text, identity);
      try {
        return await work(push);
      } finally {
        if (push.isThere) await checkout.deleteBranch(push.branch, identity);
      }
    });
  }

  /** Pushes while there is no room. @returns what is wrong with how it is refused */
  async refused(): Promise<string[]> {
    try {
      await this.push();
      return ["a push was taken while the git server's volume was full"];
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      return /no space left/i.test(error.said)
        ? []
        : [`the refusal of a push does not name the full volume: ${error.said}`];
    }
  }

  /** Pushes when there is room again, and clones what is there then. @returns what is wrong with that */
  async passes(): Promise<string[]> {
    try {
      await this.push();
      const found = await Checkout.with(this.url, this.branch, (clone) => clone.read(FILE));
      return found === this.text ? [] : ["a clone has another file than the one that was pushed"];
    } catch (error) {
      return [`the same push once there was room: ${messageOf(error)}`];
    }
  }

  private async push(): Promise<void> {
    await this.checkout.push(this.branch, this.identity);
    this.isThere = true;
  }
}
