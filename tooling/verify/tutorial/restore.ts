/** What the tutorial changes of a lab, as it was before. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execa } from "execa";
import type { LabOutputs } from "../../../stacks";
import { stackFile } from "../../engine/stack/stack-settings";
import type { Shell } from "./shell";

/** Folder of the repositories in the git server's pod. */
const REPOSITORIES = "/srv/git";

/** A branch that the tutorial pushes to. */
interface Branch {
  readonly url: string;
  readonly name: string;
}

/**
 * Keeps the stack's settings and the branches.
 *
 * @returns what puts them back, with an `up` if the settings had changed; it tells each command's failure
 */
export async function keepLab(
  { namespace, appRepository, trainRepository }: LabOutputs,
  shell: Shell,
): Promise<() => Promise<void>> {
  const settings = readSettings();
  const branches = [appRepository, trainRepository].flatMap((repository): Branch[] =>
    repository === null ? [] : [{ url: repository.externalUrl, name: repository.branch }],
  );
  const commits = await Promise.all(branches.map(commitOf));
  const carryOut = async (command: string): Promise<void> => {
    await shell.begin();
    // Also after an interruption.
    const { code, printed } = await shell.run(command, new AbortController().signal);
    if (code !== 0) throw new Error(`${command} failed:\n${printed}`);
  };
  return async () => {
    for (const [index, branch] of branches.entries()) {
      const commit = commits[index];
      if (commit === undefined || (await commitOf(branch)) === commit) continue;
      // Not by a push, which would start a training.
      const repository = `${REPOSITORIES}${new URL(branch.url).pathname}`;
      const update = `git --git-dir=${repository} update-ref refs/heads/${branch.name} ${commit}`;
      await carryOut(`npm run -s kubectl -- exec -n ${namespace} deployment/app-repository -- ${update}`);
    }
    if (readSettings() === settings) return;
    if (settings === undefined) rmSync(stackFile);
    else writeFileSync(stackFile, settings);
    await carryOut("npm run up");
  };
}

function readSettings(): string | undefined {
  return existsSync(stackFile) ? readFileSync(stackFile, "utf8") : undefined;
}

async function commitOf({ url, name }: Branch): Promise<string | undefined> {
  const { stdout } = await execa("git", ["ls-remote", "--heads", url, name], { stdin: "ignore" });
  return stdout === "" ? undefined : stdout.split("\t")[0];
}
