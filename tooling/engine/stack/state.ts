/** The state that the lab keeps itself: a Pulumi backend in a folder of this machine. */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkout, home, state } from "../../machine/paths";
import { type LogIn, pulumiLogIn } from "../log-in";
import { hasSecrets, saltOf } from "./encryption";
import { hasOwnCluster } from "./stack-settings";

export const backendFolder = join(state, "backend");

/**
 * Address of a backend in a folder. Without `metadata=skip`, Pulumi writes a file of type and encoding beside each file of the
 * state, and where that is cut off the state cannot be read (`setAttrs` in `blob/fileblob` of gocloud.dev 0.46).
 */
export const backendUrl = (folder: string): string => `file://${folder}?metadata=skip`;

export const passphraseFile = join(state, "passphrase");

/**
 * The log-in that decides where the stack's state is. A stack on the embedded cluster is this machine's alone, and so is
 * its state.
 */
export const logIn = (): LogIn | undefined => (hasOwnCluster() ? pulumiLogIn() : undefined);

/** Whether the stack's state is kept by the lab; otherwise the user has a backend. */
export const ownsState = (): boolean =>
  process.env["PULUMI_BACKEND_URL"] === undefined && logIn() === undefined;

/**
 * The folder with the locks of the project's stacks, where the state is in a folder of this machine. Source:
 * `backend/diy/lock.go` of Pulumi 3.259.
 */
export function locksFolder(): string | undefined {
  const url = process.env["PULUMI_BACKEND_URL"] ?? "";
  const folder = ownsState() ? backendFolder : url.startsWith("file:///") ? fileURLToPath(url) : undefined;
  return folder === undefined ? undefined : join(folder, ".pulumi", "locks", "organization", "gourmetgram");
}

/** Makes the folder of the stack's state, and the passphrase that its secrets are encrypted with. */
export async function prepareState(): Promise<void> {
  if (!ownsState()) return;
  await mkdir(backendFolder, { recursive: true, mode: 0o700 });
  // That of an earlier version is open to all. Where somebody else owns it, it is for them to say who reads it.
  await chmod(home, 0o700).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
  });
  await makePassphrase(passphraseFile);
}

/** Whether a file of the checkout goes with the state's passphrase: nobody could read its secrets again, nor use it. */
export function settingsHaveSecrets(): boolean {
  const files = readdirSync(checkout).filter((name) => /^Pulumi\..+\.yaml$/.test(name));
  const texts = files.map((name) => readFileSync(join(checkout, name), "utf8"));
  return texts.some((text) => saltOf(text) !== undefined || hasSecrets(text));
}

/** Whether nothing is left of the state but the passphrase, for settings that are encrypted with it. */
export const isPassphraseAlone = (): boolean =>
  settingsHaveSecrets() && existsSync(passphraseFile) && readdirSync(state).length === 1;

/**
 * Writes a passphrase for its owner alone unless there is one. It appears whole or not at all: an empty one, left by a
 * process that was killed, would be used from then on.
 */
export async function makePassphrase(file: string): Promise<void> {
  if (existsSync(file)) return;
  const draft = `${file}.${process.pid}`;
  await rm(draft, { force: true });
  await writeFile(draft, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  // A link and not a new name: that would take the place of what another process has written meanwhile.
  await link(draft, file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  });
  await rm(draft);
}

/** The tag of a stack that is part of a class: the class's name. */
export const CLASS_TAG = "gourmetgram:class";

/** The tag of a stack that names no cluster of its own. */
const CLUSTER_TAG = "gourmetgram:cluster";
const EMBEDDED = "embedded";

/** What a stack with this stack's settings says of its cluster. */
export const clusterTags = (): Record<string, string> => (hasOwnCluster() ? {} : { [CLUSTER_TAG]: EMBEDDED });

/** A stack in the lab's own state. */
export interface StackInState {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** All stacks in the lab's own state, on whichever cluster they are. No engine is needed to look. */
export function stacksInState(): StackInState[] {
  const folder = join(backendFolder, ".pulumi", "stacks", "gourmetgram");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.map((file) => {
    const name = file.slice(0, -".json".length);
    return { name, tags: tagsIn(join(folder, `${name}.pulumi-tags`)) };
  });
}

/** Source: `backend/diy/stack_tags.go` of Pulumi 3.259. */
function tagsIn(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) return {};
  return (JSON.parse(readFileSync(file, "utf8")) as { tags?: Record<string, string> }).tags ?? {};
}

/** Whether the stack says that the embedded cluster carries it. */
export const isOnEmbeddedCluster = ({ tags }: StackInState): boolean => tags[CLUSTER_TAG] === EMBEDDED;

/** The class that the stack says it is part of. */
export const classOf = ({ tags }: StackInState): string | undefined => tags[CLASS_TAG];
