/** A student's shell: a folder like the checkout, what is beside it, and who pushes. */
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { checkout } from "../../machine/paths";
import { withTemporaryFolder } from "../../support/interruption";

/** What a command came to. */
export interface Ran {
  /** Undefined where a signal or the time ended it. */
  readonly code: number | undefined;
  /** What it printed, on either output, in its order. */
  readonly printed: string;
}

/** Seconds that one command may take. */
const PATIENCE = 1200;

/** What commands create in the checkout or beside it does not stay. */
export class Shell {
  private constructor(
    private readonly folder: string,
    private readonly password: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Hands over a shell in a folder that has everything of the checkout, as links. It and what is beside it are removed
   * afterwards.
   *
   * @param password With which `student` pushes.
   */
  static async with<T>(
    password: string,
    signal: AbortSignal,
    work: (shell: Shell) => Promise<T>,
  ): Promise<T> {
    return withTemporaryFolder("tutorial", async (folder) => {
      const lab = join(folder, "lab");
      await mkdir(lab);
      for (const name of await readdir(checkout)) {
        if (name !== ".git") await symlink(join(checkout, name), join(lab, name));
      }
      await program(
        join(folder, "askpass"),
        `case "$1" in User*) echo student ;; *) echo "$PUSH_PASSWORD" ;; esac`,
      );
      await writeFile(join(folder, ".curlrc"), "silent\nshow-error\n");
      await program(join(folder, "editor"), `echo "<!-- $(date) -->" >> "$1"`);
      const shell = new Shell(folder, password, signal);
      await shell.begin();
      return work(shell);
    });
  }

  /** Goes to the checkout's folder, as at the beginning of a page. */
  async begin(): Promise<void> {
    await writeFile(join(this.folder, "place"), join(this.folder, "lab"));
    await writeFile(join(this.folder, "variables"), "");
  }

  /**
   * Runs a command in the folder in which the one before has ended, with the variables that were set before.
   *
   * @param signal Ends it. @default that of the shell
   */
  async run(command: string, signal = this.signal): Promise<Ran> {
    const place = join(this.folder, "place");
    const variables = join(this.folder, "variables");
    // Bash has a few of its own, which have the same value again.
    const lines = [
      `source "${variables}"`,
      `trap 'pwd > "${place}"; declare -p | grep -E "^declare -- [A-Z]+=" > "${variables}"' EXIT`,
      command,
    ];
    const cwd = (await readFile(place, "utf8")).trim();
    signal.throwIfAborted();
    const child = execa("bash", ["-c", lines.join("\n")], {
      cwd,
      env: this.environment(),
      all: true,
      reject: false,
      stdin: "ignore",
      // A group of its own, to be ended as a whole: what the command has started would keep its output open.
      detached: true,
    });
    const time = AbortSignal.timeout(PATIENCE * 1000);
    const end = AbortSignal.any([signal, time]);
    let last: NodeJS.Timeout | undefined;
    const kill = (name: NodeJS.Signals): void =>
      void (child.pid === undefined || process.kill(-child.pid, name));
    const stop = (): void => {
      kill("SIGTERM");
      last = setTimeout(() => kill("SIGKILL"), 60_000);
    };
    end.addEventListener("abort", stop, { once: true });
    const { exitCode, all } = await child.finally(() => {
      end.removeEventListener("abort", stop);
      clearTimeout(last);
    });
    signal.throwIfAborted();
    const late = time.aborted ? `\nno end within ${PATIENCE} s` : "";
    return { code: exitCode, printed: this.withoutSecrets(`${all}${late}`) };
  }

  private environment(): NodeJS.ProcessEnv {
    const author = { NAME: "Student", EMAIL: "student@example.org" };
    return {
      GIT_AUTHOR_NAME: author.NAME,
      GIT_AUTHOR_EMAIL: author.EMAIL,
      GIT_COMMITTER_NAME: author.NAME,
      GIT_COMMITTER_EMAIL: author.EMAIL,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: join(this.folder, "askpass"),
      PUSH_PASSWORD: this.password,
      EDITOR: join(this.folder, "editor"),
      // Without a terminal, curl shows its progress.
      CURL_HOME: this.folder,
      // No page is to be opened on a desktop.
      DISPLAY: "",
      WAYLAND_DISPLAY: "",
    };
  }

  private withoutSecrets(text: string): string {
    return text.replaceAll(this.password, "PASSWORD").replace(/Bearer [\w.-]+/g, "Bearer TOKEN");
  }
}

async function program(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o700);
}
