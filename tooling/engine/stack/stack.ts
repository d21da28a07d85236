import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { dockerEnvironment } from "../../machine/docker/docker";
import { cache, checkout, kubeconfig, state } from "../../machine/paths";
import { handOver } from "../../support/hand-over";
import { hasOwnCluster, shortName, stackFile, stackFileText, stackName } from "./stack-settings";
import { type Answer, answerOf, foundIn, type Unreadable } from "../answer";
import { hasSecrets, saltOf, withoutSalt, withSalt } from "./encryption";
import { freeDeadLocks } from "../interrupted/locks";
import { engineEnvironment, engineIsInstalled, engineProgram } from "../engine";
import {
  backendFolder,
  backendUrl,
  clusterTags,
  locksFolder,
  logIn,
  ownsState,
  passphraseFile,
  settingsHaveSecrets,
  stacksInState,
} from "./state";

/** The command with which a person runs Pulumi on this stack. */
export const pulumiCommand = `${process.env["GOURMETGRAM_STACK"] === undefined ? "" : `GOURMETGRAM_STACK=${stackName} `}npm run pulumi --`;

/** A stack's file as Pulumi works on it: with what the lab sets, and the salt that belongs to the state's passphrase. */
const workingFile = join(state, basename(stackFile));

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

/**
 * Pulumi writes a salt into the stack's file, which would leave every checkout changed. So it works on a copy; the
 * checkout's file keeps a salt only where it has secrets, which need it.
 */
async function writeWorkingFile(): Promise<void> {
  const text = await stackFileText();
  const salt = saltOf(text) ?? saltOf(textOf(workingFile));
  const wanted = salt === undefined ? text : withSalt(text, salt);
  // What only asks works on a full disk, too.
  if (textOf(workingFile) === wanted) return;
  await mkdir(state, { recursive: true, mode: 0o700 });
  // In one step: another command may be reading it.
  const draft = `${workingFile}.${process.pid}`;
  writeFileSync(draft, wanted, { mode: 0o600 });
  renameSync(draft, workingFile);
}

/** Takes a salt that serves no secret out of the checkout's file. */
function dropSalt(): void {
  const text = textOf(stackFile);
  if (saltOf(text) === undefined || hasSecrets(text)) return;
  const rest = withoutSalt(text);
  // Pulumi makes the file for the salt alone where the user has set nothing.
  if (rest === "") rmSync(stackFile);
  else writeFileSync(stackFile, rest);
}

/**
 * The environment in which Pulumi works on the lab's stack.
 *
 * @param editsStackFile whether the command is one that is meant to change the checkout's stack file
 */
export async function pulumiEnvironment(editsStackFile = false): Promise<Record<string, string>> {
  const environment: Record<string, string> = {
    ...engineEnvironment,
    PULUMI_STACK: stackName,
    // What the program's remedies are to name: plain Pulumi may have another state and another cluster.
    GOURMETGRAM_PULUMI: pulumiCommand,
  };
  if (ownsState()) {
    environment["PULUMI_BACKEND_URL"] = backendUrl(backendFolder);
    environment["PULUMI_CONFIG_PASSPHRASE"] = await readFile(passphraseFile, "utf8");
  }
  const credentials = logIn()?.folder;
  if (credentials !== undefined) environment["PULUMI_CREDENTIALS_PATH"] = credentials;
  if (!editsStackFile && (ownsState() || !hasOwnCluster())) {
    await writeWorkingFile();
    environment["PULUMI_OPTION_CONFIG_FILE"] = workingFile;
  }
  if (!hasOwnCluster()) {
    environment["KUBECONFIG"] = kubeconfig;
    // Each new cluster has a registry with nothing in it.
    environment["GOURMETGRAM_LAYERS"] = join(cache, "layers");
  }
  return { ...environment, ...(await dockerEnvironment()) };
}

/** Whether a command is meant to change the checkout's stack file; others see what the lab sets, too. */
const editsSettings = ([command, action = "get"]: readonly string[]): boolean =>
  command === "config" && action !== "get" && !action.startsWith("-");

/**
 * Runs Pulumi on the terminal, with its own progress.
 *
 * @returns its exit code
 */
export async function pulumi(args: readonly string[], options: { quiet?: boolean } = {}): Promise<number> {
  const edits = editsSettings(args);
  const env = await pulumiEnvironment(edits);
  const locks = locksFolder();
  if (locks !== undefined) await freeDeadLocks(locks, stackName);
  const code = await handOver(engineProgram, args, {
    cwd: checkout,
    env,
    quiet: options.quiet === true,
    apart: true,
  });
  if (edits && ownsState()) dropSalt();
  return code;
}

/** Without a terminal Pulumi's redrawn table would be pages of repetition. */
export const quietProgress = (): string[] => (process.stdout.isTTY ? [] : ["--suppress-progress"]);

/** Has Pulumi change the stack, without a question. @returns its exit code */
export const changeStack = (command: "up" | "destroy", ...options: readonly string[]): Promise<number> =>
  pulumi([command, "--yes", "--skip-preview", "--stack", stackName, ...quietProgress(), ...options]);

export async function askPulumi(args: readonly string[]): Promise<Answer<string>> {
  if (!engineIsInstalled()) return NO_ENGINE;
  return answerOf(
    await execa(engineProgram, [...args, "--non-interactive"], {
      cwd: checkout,
      env: await pulumiEnvironment(),
      reject: false,
      stdin: "ignore",
    }),
  );
}

/** What `pulumi stack export` prints; undefined where there is no stack. @throws Error if nobody could look */
export const stateOfStack = async (stack = stackName): Promise<string | undefined> =>
  foundIn(await askPulumi(["stack", "export", "--stack", stack]), `the state of ${stack}`);

export const NO_ENGINE: Unreadable = {
  kind: "failed",
  reason: "there is no Pulumi engine on this machine",
  remedy: `${pulumiCommand} version puts it in place; then run the same command again`,
};

const hasStack = (): boolean => stacksInState().some(({ name }) => name === stackName);

/** Makes the stack unless it exists. In the lab's own state it says whether it is on the embedded cluster. */
export async function selectStack(): Promise<void> {
  const selected = foundIn(await askPulumi(["stack", "select", stackName]), `the stack ${stackName}`);
  if (selected === undefined) {
    const code = await pulumi(["stack", "init", stackName], { quiet: true });
    if (code !== 0) throw new Error(`the stack ${stackName} could not be made`);
    dropSalt();
  }
  if (!ownsState()) return;
  const { tags = {} } = stacksInState().find(({ name }) => name === stackName) ?? {};
  for (const [tag, value] of Object.entries(clusterTags())) {
    if (tags[tag] === value) continue;
    const code = await pulumi(["stack", "tag", "set", tag, value, "--stack", stackName], { quiet: true });
    if (code !== 0) throw new Error(`the tag ${tag} of the stack ${stackName} could not be set`);
  }
}

/** The stack's outputs, without secrets. */
export async function stackOutputs(): Promise<Answer<Record<string, unknown>>> {
  if (ownsState() && !hasStack()) return { kind: "none" };
  const printed = await askPulumi(["stack", "output", "--json", "--stack", stackName]);
  if (printed.kind !== "found") return printed;
  return { kind: "found", value: JSON.parse(printed.value) as Record<string, unknown> };
}

/** @throws Error with the reason if nobody could look */
export async function stackExists(): Promise<boolean> {
  if (ownsState()) return hasStack();
  const printed = foundIn(await askPulumi(["stack", "ls", "--json"]), "the list of stacks") ?? "[]";
  const stacks = JSON.parse(printed) as { name: string }[];
  return stacks.some((stack) => shortName(stack.name) === shortName(stackName));
}

/**
 * Removes the lab's own state once no stack is left in it, but not a passphrase that settings are encrypted with; with a
 * backend of the user's, the stack's working file alone.
 */
export async function removeStateIfEmpty(): Promise<void> {
  if (stacksInState().length > 0) return;
  if (ownsState()) {
    if (!settingsHaveSecrets()) return rm(state, { recursive: true, force: true });
    const parts = existsSync(state) ? readdirSync(state).map((name) => join(state, name)) : [];
    for (const part of parts) if (part !== passphraseFile) await rm(part, { recursive: true });
    return;
  }
  await rm(workingFile, { force: true });
  if (existsSync(state) && readdirSync(state).length === 0) await rmdir(state);
}
