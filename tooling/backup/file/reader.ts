/** Reads a backup, twice: once to see that it is whole, and once to restore from it. Neither holds more than a part of it. */
import { createDecipheriv, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Extract, extract } from "tar-stream";
import { FORMAT, type Header, keyOf, LONGEST_HEADER, parseHeader, Unreadable } from "./header";
import { type FileRecord, type Manifest, MANIFEST_FILE } from "./manifest";
import { messageOf } from "../../support/errors";

const TAG = 16;

/** An entry of a tar file, as it is read. */
type Source = Extract extends AsyncIterable<infer Each> ? Each : never;

/** A file that says that it is a backup. */
export interface SealedBackup {
  readonly path: string;
  readonly header: Header;
  readonly size: number;
  readonly line: Buffer;
  readonly tag: Buffer;
}

/** A backup with the key to it. */
export interface BackupFile extends SealedBackup {
  readonly key: Buffer;
}

/** A file in a backup, to be read before the next one. */
export interface StoredFile {
  readonly path: string;
  readonly content: Readable;
}

/** @throws Unreadable if there is no such file, or it is no backup that this version reads */
export async function findBackup(path: string): Promise<SealedBackup> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new Unreadable(`there is no file ${path}`);
  const file = await open(path, "r");
  try {
    const beginning = Buffer.alloc(Math.min(LONGEST_HEADER, found.size));
    await file.read(beginning, 0, beginning.length, 0);
    const { header, line } = parseHeader(beginning, path);
    if (found.size < line.length + TAG) throw damaged(path, "it ends too early");
    const tag = Buffer.alloc(TAG);
    await file.read(tag, 0, TAG, found.size - TAG);
    return { path, header, size: found.size, line, tag };
  } finally {
    await file.close();
  }
}

/** @throws Unreadable if the passphrase is wrong */
export const unlocked = async (backup: SealedBackup, passphrase: string): Promise<BackupFile> => ({
  ...backup,
  key: await keyOf(backup.header, passphrase),
});

const damaged = (path: string, reason: string): Unreadable =>
  new Unreadable(
    `${path} is damaged: ${reason}; nothing was changed\n  remedy: use another copy, or an earlier backup`,
  );

/**
 * Reads the files of a backup in their order. What is not read of one is skipped.
 *
 * @throws Unreadable if it was changed or cut off, at the end at the latest
 */
export async function* filesOf(file: BackupFile): AsyncGenerator<StoredFile> {
  const decipher = createDecipheriv("aes-256-gcm", file.key, Buffer.from(file.header.iv, "base64"));
  decipher.setAAD(file.line);
  decipher.setAuthTag(file.tag);
  const tar = extract();
  const source = createReadStream(file.path, { start: file.line.length, end: file.size - TAG - 1 });
  const reading = pipeline(source, decipher, tar as unknown as NodeJS.WritableStream);
  reading.catch(() => undefined);
  const entries = tar[Symbol.asyncIterator]();
  try {
    let next = await nextEntry(entries);
    while (next !== undefined) {
      const { path } = next;
      const rest: { next: Entry | undefined } = { next };
      const content = Readable.from(partsOf(path, rest, entries, file), { objectMode: false });
      yield { path, content };
      for await (const part of content) void part;
      next = rest.next;
    }
    await reading;
  } catch (error) {
    throw asDamage(file, error);
  } finally {
    source.destroy();
    tar.destroy();
  }
}

interface Entry {
  readonly path: string;
  readonly source: Source;
}

async function nextEntry(entries: AsyncIterator<Source>): Promise<Entry | undefined> {
  const next = await entries.next();
  if (next.done === true) return undefined;
  const { name } = next.value.header;
  return { path: name.slice(0, name.lastIndexOf("/")), source: next.value };
}

/** The content of a file, which is that of its entries. Leaves the first entry of the next file behind. */
async function* partsOf(
  path: string,
  rest: { next: Entry | undefined },
  entries: AsyncIterator<Source>,
  file: BackupFile,
): AsyncGenerator<Buffer> {
  try {
    while (rest.next?.path === path) {
      for await (const chunk of rest.next.source as unknown as Readable) yield chunk as Buffer;
      rest.next = await nextEntry(entries);
    }
  } catch (error) {
    throw asDamage(file, error);
  }
}

const asDamage = ({ path }: BackupFile, error: unknown): Error =>
  error instanceof Unreadable ? error : damaged(path, messageOf(error));

/**
 * Reads all of a backup, and compares each file with what the manifest says of it.
 *
 * @param report Told how many of how many bytes were read.
 * @throws Unreadable if anything is missing, changed or too much
 */
export async function checkBackup(
  file: BackupFile,
  report: (done: number, all: number) => void = () => undefined,
): Promise<Manifest> {
  const seen: FileRecord[] = [];
  let manifest: string | undefined;
  let done = 0;
  for await (const { path, content } of filesOf(file)) {
    const hash = createHash("sha256");
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const each of content) {
      const chunk = each as Buffer;
      hash.update(chunk);
      bytes += chunk.length;
      done += chunk.length;
      if (path === MANIFEST_FILE) kept.push(chunk);
      report(done, file.size);
    }
    if (path === MANIFEST_FILE) manifest = Buffer.concat(kept).toString("utf8");
    else seen.push({ path, bytes, sha256: hash.digest("hex") });
  }
  if (manifest === undefined) throw damaged(file.path, "it has no manifest");
  const told = JSON.parse(manifest) as Manifest;
  if (told.format > FORMAT) throw damaged(file.path, `its manifest has the format ${told.format}`);
  const wrong = differences(told.files, seen);
  if (wrong.length > 0) throw damaged(file.path, wrong.slice(0, 5).join("; "));
  return told;
}

/** Finds a backup, and reads it to its end. @throws Unreadable if it is not whole, or the passphrase is another one */
export const readBackup = async (
  path: string,
  passphrase: string,
  report?: (done: number, all: number) => void,
): Promise<Manifest> => checkBackup(await unlocked(await findBackup(path), passphrase), report);

function differences(told: readonly FileRecord[], seen: readonly FileRecord[]): string[] {
  const found = new Map(seen.map((each) => [each.path, each]));
  const missing = told.flatMap((each) => {
    const one = found.get(each.path);
    if (one === undefined) return [`${each.path} is missing`];
    return one.bytes === each.bytes && one.sha256 === each.sha256 ? [] : [`${each.path} is another`];
  });
  const known = new Set(told.map(({ path }) => path));
  const more = seen
    .filter(({ path }) => !known.has(path))
    .map(({ path }) => `${path} is not in the manifest`);
  return [...missing, ...more];
}
