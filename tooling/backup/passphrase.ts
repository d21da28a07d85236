import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { NotStarted } from "../support/errors";
import { interruption } from "../support/interruption";
import { isJson } from "../support/output";

const VARIABLE = "GOURMETGRAM_BACKUP_PASSPHRASE";

/** Characters of a passphrase at least. */
const LEAST = 12;

/**
 * The passphrase of a backup: not that of the stack, which goes with it.
 *
 * @param isNew Whether a file is to be made with it.
 * @throws NotStarted if there is none, or it is too short for a new file
 */
export async function backupPassphrase(isNew: boolean): Promise<string> {
  const given = process.env[VARIABLE];
  const passphrase = given === undefined || given === "" ? await asked(isNew) : given;
  if (isNew && passphrase.length < LEAST) {
    throw new NotStarted(
      `the passphrase has ${passphrase.length} characters; a backup needs at least ${LEAST}` +
        "\n  remedy: use several words, and keep them apart from the file",
    );
  }
  return passphrase;
}

async function asked(isNew: boolean): Promise<string> {
  if (!process.stdin.isTTY || isJson()) {
    throw new NotStarted(
      `there is no passphrase, and no terminal to ask on\n  remedy: set ${VARIABLE}; without it nobody can read the backup, so keep it`,
    );
  }
  const first = await line(isNew ? "New passphrase for the backup: " : "Passphrase of the backup: ");
  if (isNew && (await line("The same again: ")) !== first) {
    throw new NotStarted("the two passphrases differ: nothing was written\n  remedy: run it again");
  }
  return first;
}

/** Reads a line from the terminal without showing it. */
async function line(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question("", { signal: interruption });
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
