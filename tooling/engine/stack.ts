import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { execa } from "execa";
import { dockerEnvironment } from "../machine/docker";
import { checkout, kubeconfig, state } from "../machine/paths";
import { hasOwnCluster, shortName, stackFile, stackFileText, stackName } from "./stack-settings";
import { launcher, pulumiHome } from "./engine";
import { type LogIn, pulumiLogIn } from "./log-in";

/** The command with which a person runs Pulumi on this stack. */
export const pulumiCommand = `${process.env["GOURMETGRAM_STACK"] === undefined ? "" : `GOURMETGRAM_STACK=${stackName} `}npm run pulumi --`;

const backendFolder = join(state, "backend");
const passphraseFile = join(state, "passphrase");

/**
 * The log-in that decides where the stack's state is. A stack on the embedded cluster is this machine's alone, and so is
 * its state.
 */
const logIn = (): LogIn | undefined => (hasOwnCluster() ? pulumiLogIn() : undefined);

/** Whether the stack's state is kept by the lab; otherwise the user has a backend. */
export const ownsState = (): boolean =>
  process.env["PULUMI_BACKEND_URL"] === undefined && logIn() === undefined;

/** Makes the folder of the stack's state, and the passphrase that its secrets are encrypted with. */
export async function prepareState(): Promise<void> {
  if (!ownsState()) return;
  await mkdir(backendFolder, { recursive: true, mode: 0o700 });
  if (existsSync(passphraseFile)) return;
  await writeFile(passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
}

/** A stack's file as Pulumi works on it: with what the lab sets, and the salt that belongs to the state's passphrase. */
const workingFile = join(state, basename(stackFile));
const saltLine = /^encryptionsalt:.*\n?/m;

const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
const saltOf = (text: string): string => saltLine.exec(text)?.[0].trimEnd() ?? "";

/**
 * Pulumi writes a salt into the stack's file, which would leave every checkout changed. So it works on a copy; the
 * checkout's file keeps a salt only where it has secrets, which need it.
 */
async function writeWorkingFile(): Promise<void> {
  const text = await stackFileText();
  const salt = saltOf(text) === "" ? saltOf(textOf(workingFile)) : "";
  await mkdir(state, { recursive: true, mode: 0o700 });
  writeFileSync(workingFile, `${text.trimEnd()}\n${salt}\n`, { mode: 0o600 });
}

/** Takes a salt that serves no secret out of the checkout's file. */
function dropSalt(): void {
  const text = textOf(stackFile);
  if (saltOf(text) === "" || /^\s+secure:/m.test(text)) return;
  const rest = text.replace(saltLine, "");
  // Pulumi makes the file for the salt alone where the user has set nothing.
  if (rest.trim() === "") rmSync(stackFile);
  else writeFileSync(stackFile, rest);
}

/**
 * The environment in which Pulumi works on the lab's stack.
 *
 * @param editsStackFile whether the command is one that is meant to change the checkout's stack file
 */
export async function pulumiEnvironment(editsStackFile = false): Promise<Record<string, string>> {
  const environment: Record<string, string> = {
    PULUMI_HOME: pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_STACK: stackName,
    // What the program's remedies are to name: plain Pulumi may have another state and another cluster.
    GOURMETGRAM_PULUMI: pulumiCommand,
  };
  if (ownsState()) {
    environment["PULUMI_BACKEND_URL"] = `file://${backendFolder}`;
    environment["PULUMI_CONFIG_PASSPHRASE"] = await readFile(passphraseFile, "utf8");
  }
  const credentials = logIn()?.folder;
  if (credentials !== undefined) environment["PULUMI_CREDENTIALS_PATH"] = credentials;
  if (!editsStackFile && (ownsState() || !hasOwnCluster())) {
    await writeWorkingFile();
    environment["PULUMI_OPTION_CONFIG_FILE"] = workingFile;
  }
  if (!hasOwnCluster()) environment["KUBECONFIG"] = kubeconfig;
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
  const child = await execa(launcher, args, {
    cwd: checkout,
    env: await pulumiEnvironment(editsSettings(args)),
    stdio: options.quiet === true ? ["ignore", "ignore", "inherit"] : "inherit",
    reject: false,
  });
  return child.exitCode ?? 1;
}

/** What Pulumi prints; undefined if it fails. */
export async function askPulumi(args: readonly string[]): Promise<string | undefined> {
  const result = await execa(launcher, args, {
    cwd: checkout,
    env: await pulumiEnvironment(),
    reject: false,
    stdin: "ignore",
  });
  return result.failed ? undefined : result.stdout;
}

/** Makes the stack unless it exists. */
export async function selectStack(): Promise<void> {
  if ((await askPulumi(["stack", "select", stackName])) !== undefined) return;
  const code = await pulumi(["stack", "init", stackName], { quiet: true });
  if (code !== 0) throw new Error(`the stack ${stackName} could not be made`);
  dropSalt();
}

/** The stack's outputs, without secrets; undefined if there is no stack. */
export async function stackOutputs(): Promise<Record<string, unknown> | undefined> {
  if (ownsState() && !existsSync(passphraseFile)) return undefined;
  const printed = await askPulumi(["stack", "output", "--json", "--stack", stackName]);
  return printed === undefined ? undefined : (JSON.parse(printed) as Record<string, unknown>);
}

/** Whether there is such a stack. */
export async function stackExists(): Promise<boolean> {
  if (ownsState()) return existsSync(passphraseFile) && stacksInState().includes(stackName);
  const printed = await askPulumi(["stack", "ls", "--json"]);
  const stacks = JSON.parse(printed ?? "[]") as { name: string }[];
  return stacks.some((stack) => shortName(stack.name) === shortName(stackName));
}

/** The stacks in the lab's own state, by name: also those on clusters of their own. */
export function stacksInState(): string[] {
  const folder = join(backendFolder, ".pulumi", "stacks", "gourmetgram");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((name) => name.slice(0, -".json".length));
}

/** The stacks of a class in the lab's own state: of its base and its students. */
export function classStacksInState(): string[] {
  return stacksInState().filter((name) => name.startsWith(`${stackName}-`));
}

/** Removes the lab's own state once no stack is left in it; with a backend of the user's, the stack's working file alone. */
export async function removeStateIfEmpty(): Promise<void> {
  if (stacksInState().length > 0) return;
  if (ownsState()) return rm(state, { recursive: true, force: true });
  await rm(workingFile, { force: true });
  if (existsSync(state) && readdirSync(state).length === 0) await rmdir(state);
}
