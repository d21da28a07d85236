/**
 * Writes a backup: a line of text, then a tar file encrypted with AES-256-GCM, then the tag of 16 bytes.
 *
 * A file whose size nobody knows beforehand, as a dump, does not fit into a tar file as one entry. So each file is a
 * series of entries of at most {@link PART} bytes, which is all that is held in memory: `path/0`, `path/1`, …
 */
import { createCipheriv, createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack, type Pack } from "tar-stream";
import { type Header, headerLine, newHeader } from "./header";
import { type FileRecord, type Manifest, MANIFEST_FILE } from "./manifest";
import { readBackup } from "./reader";

/** Bytes of an entry at most. */
export const PART = 8 * 1024 * 1024;

/** Bytes that may be encrypted with one key and one nonce: below the 64 GiB of NIST SP 800-38D. */
const LONGEST = 2 ** 36 - 2 ** 30;

/** Takes the files of a backup, one after the other. */
export class BackupWriter {
  private readonly files: FileRecord[] = [];
  private written = 0;

  private constructor(
    private readonly tar: Pack,
    private readonly finished: Promise<void>,
    private readonly draft: string,
    private readonly target: string,
    private readonly passphrase: string,
    private readonly discard: () => void,
  ) {}

  /**
   * Opens `<target>.partial`, which becomes the target when all was read back. It goes with this process if it does not.
   *
   * @param target Path of the backup; whoever calls has made sure that it may be replaced.
   * @throws Error if there cannot be such a file
   */
  static async open(
    target: string,
    passphrase: string,
    about: Pick<Header, "created" | "project">,
  ): Promise<BackupWriter> {
    const { header, key } = await newHeader(passphrase, about);
    const draft = `${target}.partial`;
    const discard = (): void => rmSync(draft, { force: true });
    discard();
    const file = createWriteStream(draft, { mode: 0o600, flags: "wx" });
    // One that is opened later would be there after it was given up.
    await once(file, "open");
    process.once("exit", discard);
    const tar = pack();
    const finished = pipeline(tar as unknown as Readable, encrypting(header, key), file);
    // Whoever writes next is told; nobody may be writing at the moment.
    finished.catch(() => undefined);
    return new BackupWriter(tar, finished, draft, target, passphrase, discard);
  }

  /**
   * Of a stream that fails, what had come is in the file, and the backup stays one that can be read.
   *
   * @throws Error if the stream fails, or what has come cannot be written
   */
  async add(path: string, content: Readable | Buffer | string): Promise<FileRecord> {
    const hash = createHash("sha256");
    let bytes = 0;
    let part = 0;
    const flush = async (data: Buffer): Promise<void> => {
      await this.entry(`${path}/${part}`, data);
      part += 1;
    };
    let held: Buffer[] = [];
    let size = 0;
    const end = async (): Promise<FileRecord> => {
      if (size > 0 || part === 0) await flush(Buffer.concat(held));
      const record = { path, bytes, sha256: hash.digest("hex") };
      this.files.push(record);
      return record;
    };
    const source = content instanceof Readable ? content : [Buffer.from(content)];
    try {
      for await (const each of source) {
        let chunk = each as Buffer;
        hash.update(chunk);
        bytes += chunk.length;
        while (size + chunk.length >= PART) {
          const room = PART - size;
          await flush(Buffer.concat([...held, chunk.subarray(0, room)]));
          [held, size, chunk] = [[], 0, chunk.subarray(room)];
        }
        held.push(chunk);
        size += chunk.length;
      }
    } catch (error) {
      await end();
      throw error;
    }
    return end();
  }

  /**
   * Ends the backup with its manifest, reads all of it back, and only then gives the file its name.
   *
   * @param report Told how many of how many bytes were read back.
   * @returns the manifest, as it was read
   * @throws Unreadable if what is on the disk is not what was written
   */
  async finish(
    manifest: Omit<Manifest, "files">,
    report?: (done: number, all: number) => void,
  ): Promise<Manifest> {
    const whole: Manifest = { ...manifest, files: [...this.files] };
    await this.add(MANIFEST_FILE, JSON.stringify(whole, null, 2));
    this.tar.finalize();
    await this.finished;
    const file = await open(this.draft, "r+");
    await file.sync();
    await file.close();
    const read = await readBackup(this.draft, this.passphrase, report);
    await rename(this.draft, this.target);
    process.removeListener("exit", this.discard);
    return read;
  }

  /** Gives up what was written. */
  async abort(): Promise<void> {
    this.tar.destroy();
    await this.finished.catch(() => undefined);
    this.discard();
    process.removeListener("exit", this.discard);
  }

  private async entry(name: string, data: Buffer): Promise<void> {
    this.written += data.length + 1024;
    if (this.written > LONGEST) {
      throw new Error(
        "a backup file holds 63 GiB at most\n  remedy: back up fewer students at once, with --only",
      );
    }
    const taken = new Promise<void>((resolve, reject) => {
      const header = { name, size: data.length, mode: 0o600, mtime: new Date(0) };
      const sink = this.tar.entry(header, data, (error) => (error ? reject(error) : resolve()));
      sink.on("error", reject);
    });
    // Told by `finished` already.
    taken.catch(() => undefined);
    await Promise.race([taken, this.finished]);
  }
}

/** Puts the header before what it encrypts, and the tag after it. */
function encrypting(header: Header, key: Buffer): Transform {
  const line = headerLine(header);
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from(header.iv, "base64"));
  cipher.setAAD(line);
  let begun = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (!begun) this.push(line);
      begun = true;
      done(null, cipher.update(chunk));
    },
    flush(done) {
      this.push(cipher.final());
      done(null, cipher.getAuthTag());
    },
  });
}
