import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { withTemporaryFolder } from "../../support/interruption";

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
    return withTemporaryFolder("verify", async (folder) => {
      const checkout = new Checkout(folder, url);
      await checkout.git(["clone", "--quiet", "--branch", branch, url, "clone"], { cwd: folder });
      return work(checkout);
    });
  }

  /** Commits the change of a file. @returns the commit's full name */
  async commit(file: string, text: string, message: string): Promise<string> {
    await writeFile(join(this.clone, file), text);
    const author = ["-c", "user.name=verify", "-c", "user.email=verify@localhost"];
    await this.git(["add", file]);
    await this.git([...author, "commit", "--quiet", "--message", message]);
    return this.git(["rev-parse", "HEAD"]);
  }

  /** The text of a file. */
  read(file: string): Promise<string> {
    return readFile(join(this.clone, file), "utf8");
  }

  /**
   * Pushes commits to branches, by one push.
   *
   * @param branches The commits by the branches' names.
   * @returns what the server said, in lines
   */
  async pushAll(branches: Readonly<Record<string, string>>, identity: Identity): Promise<string> {
    const references = Object.entries(branches).map(([name, commit]) => `${commit}:refs/heads/${name}`);
    const { stderr } = await this.run(["push", "--quiet", addressFor(this.url, identity), ...references], {
      identity,
    });
    return remoteLines(stderr);
  }

  /**
   * @param identity Left out, nobody's.
   * @param url @default that of the clone
   */
  async push(branch: string, identity?: Identity, url = this.url): Promise<void> {
    await this.git(["push", "--quiet", addressFor(url, identity), `HEAD:refs/heads/${branch}`], { identity });
  }

  /** @returns what the server said, in lines */
  async deleteBranch(branch: string, identity?: Identity): Promise<string> {
    const args = ["push", "--quiet", addressFor(this.url, identity), `:refs/heads/${branch}`];
    return remoteLines((await this.run(args, { identity })).stderr);
  }

  private get clone(): string {
    return join(this.folder, "clone");
  }

  private async git(args: readonly string[], options: GitOptions = {}): Promise<string> {
    return (await this.run(args, options)).stdout;
  }

  /** The password goes by a file: a command line shows in the list of processes. */
  private async run(
    args: readonly string[],
    { cwd = this.clone, identity }: GitOptions = {},
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
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
    return { stdout: stdout.trim(), stderr };
  }
}

/** Who asks, and in which folder. */
interface GitOptions {
  readonly cwd?: string;
  readonly identity?: Identity | undefined;
}

/** With the user's name, so that only the password is asked for. */
function addressFor(address: string, identity: Identity | undefined): string {
  if (identity === undefined) return address;
  const url = new URL(address);
  url.username = identity.username;
  return url.href;
}

/** What the server said, without Git's own lines. */
function remoteLines(said: string): string {
  return said
    .split("\n")
    .flatMap((line) => /^remote: (.*)$/.exec(line.trim())?.[1]?.trim() ?? [])
    .join("\n");
}

/** What Git and the server say went wrong, without the advice around it. */
function reasonIn(said: string): string {
  const lines = said.trim().split("\n");
  const telling = lines.filter((line) => /^(fatal|error|remote|!)/.test(line.trim()));
  return (telling.length > 0 ? telling : lines).join(" ");
}
