import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** Who pushes. */
export interface Identity {
  readonly username: string;
  readonly password: string;
}

/** A Git command that failed, with what it said. */
export class GitError extends Error {
  constructor(
    readonly args: readonly string[],
    readonly said: string,
  ) {
    super(`git ${args[0] ?? ""} failed: ${said}`);
    this.name = "GitError";
  }
}

/** Seconds that one command may take. */
const PATIENCE = 60;

/** A clone of a repository in a folder of its own, which goes with it. */
export class Checkout {
  private constructor(
    private readonly folder: string,
    private readonly url: string,
  ) {}

  /** Clones a branch and hands it over; removes the clone afterwards. */
  static async with<T>(url: string, branch: string, work: (checkout: Checkout) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), "gourmetgram-verify-"));
    try {
      const checkout = new Checkout(folder, url);
      await checkout.git(["clone", "--quiet", "--branch", branch, url, "clone"], { cwd: folder });
      return await work(checkout);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Commits the change of a file. @returns the commit's full name */
  async commit(file: string, text: string, message: string): Promise<string> {
    await writeFile(join(this.clone, file), text);
    const author = ["-c", "user.name=verify", "-c", "user.email=verify@localhost"];
    await this.git(["add", file]);
    await this.git([...author, "commit", "--quiet", "--message", message]);
    return this.git(["rev-parse", "HEAD"]);
  }

  /** @param identity Left out, nobody's. */
  async push(branch: string, identity?: Identity): Promise<void> {
    await this.git(["push", "--quiet", this.urlFor(identity), `HEAD:refs/heads/${branch}`], { identity });
  }

  async deleteBranch(branch: string, identity?: Identity): Promise<void> {
    await this.git(["push", "--quiet", this.urlFor(identity), `:refs/heads/${branch}`], { identity });
  }

  private get clone(): string {
    return join(this.folder, "clone");
  }

  /** With the user's name, so that only the password is asked for. */
  private urlFor(identity: Identity | undefined): string {
    if (identity === undefined) return this.url;
    const url = new URL(this.url);
    url.username = identity.username;
    return url.href;
  }

  /** The password goes by a file: a command line shows in the list of processes. */
  private async git(
    args: readonly string[],
    { cwd = this.clone, identity }: { cwd?: string; identity?: Identity | undefined } = {},
  ): Promise<string> {
    const helper = join(this.folder, "password");
    await writeFile(helper, `#!/bin/sh\necho "$GOURMETGRAM_PUSH_PASSWORD"\n`);
    await chmod(helper, 0o700);
    const { failed, stdout, stderr, code } = await execa("git", args, {
      cwd,
      reject: false,
      stdin: "ignore",
      timeout: PATIENCE * 1000,
      env: {
        LC_ALL: "C",
        GIT_TERMINAL_PROMPT: "0",
        // What the user has set up for other repositories must not answer in place of nobody.
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_ASKPASS: identity === undefined ? "" : helper,
        SSH_ASKPASS: "",
        GOURMETGRAM_PUSH_PASSWORD: identity?.password ?? "",
      },
    });
    if (code === "ENOENT") throw new Error("there is no git on the PATH\n  remedy: install it");
    if (failed) throw new GitError(args, reasonIn(stderr));
    return stdout.trim();
  }
}

/** What Git and the server say went wrong, without the advice around it. */
function reasonIn(said: string): string {
  const lines = said.trim().split("\n");
  const telling = lines.filter((line) => /^(fatal|error|remote|!)/.test(line.trim()));
  return (telling.length > 0 ? telling : lines).join(" ");
}
