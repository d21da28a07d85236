/** The first line of a backup file: what it is, and how the rest is encrypted. Everything else in it is secret. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** The format that this version writes, and the last that it reads. */
export const FORMAT = 1;

const MAGIC = "gourmetgram-backup ";

/** Bytes within which the first line has to end. */
export const LONGEST_HEADER = 2048;

/** What the first line tells. */
export interface Header {
  readonly format: number;
  /** RFC 3339. */
  readonly created: string;
  /** Version of this project that wrote it. */
  readonly project: string;
  readonly cipher: "aes-256-gcm";
  readonly kdf: "scrypt";
  readonly cost: number;
  readonly blockSize: number;
  readonly parallelization: number;
  /** In base64, as the next two. */
  readonly salt: string;
  readonly iv: string;
  /** Tells a wrong passphrase from a damaged file, and nothing about the key. */
  readonly check: string;
}

/** A file that is no backup that this version reads, with the reason and a remedy. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** What is made of a passphrase. */
interface Derived {
  readonly key: Buffer;
  readonly check: Buffer;
}

function derive(
  passphrase: string,
  { salt, cost, blockSize, parallelization }: Pick<Header, "salt" | "cost" | "blockSize" | "parallelization">,
): Promise<Derived> {
  const options = { cost, blockSize, parallelization, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 48, options, (error, bytes) => {
      if (error === null) resolve({ key: bytes.subarray(0, 32), check: bytes.subarray(32) });
      else reject(error);
    });
  });
}

/** A header for a new file, with the key that belongs to it. */
export async function newHeader(
  passphrase: string,
  about: Pick<Header, "created" | "project">,
): Promise<{ header: Header; key: Buffer }> {
  const kdf = { cost: 2 ** 17, blockSize: 8, parallelization: 1, salt: randomBytes(16).toString("base64") };
  const { key, check } = await derive(passphrase, kdf);
  const iv = randomBytes(12).toString("base64");
  const header: Header = {
    format: FORMAT,
    ...about,
    cipher: "aes-256-gcm",
    kdf: "scrypt",
    ...kdf,
    iv,
    check: check.toString("base64"),
  };
  return { header, key };
}

/**
 * The key of a file.
 *
 * @throws Unreadable if the passphrase is another
 */
export async function keyOf(header: Header, passphrase: string): Promise<Buffer> {
  const { key, check } = await derive(passphrase, header);
  const expected = Buffer.from(header.check, "base64");
  if (expected.length === check.length && timingSafeEqual(expected, check)) return key;
  throw new Unreadable(
    "the passphrase is wrong\n  remedy: set GOURMETGRAM_BACKUP_PASSPHRASE to the one that the file was made with",
  );
}

export const headerLine = (header: Header): Buffer =>
  Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`, "utf8");

/**
 * The header at the beginning of a file.
 *
 * @param beginning The first {@link LONGEST_HEADER} bytes, or all there is.
 * @throws Unreadable if it is no backup, or one of a later format
 */
export function parseHeader(beginning: Buffer, file: string): { header: Header; line: Buffer } {
  const end = beginning.indexOf("\n");
  const text = beginning.subarray(0, Math.max(end, 0)).toString("utf8");
  if (!text.startsWith(MAGIC)) throw noBackup(file);
  let header: Partial<Header>;
  try {
    header = JSON.parse(text.slice(MAGIC.length)) as Partial<Header>;
  } catch {
    throw noBackup(file);
  }
  if (typeof header.format !== "number") throw noBackup(file);
  if (header.format > FORMAT) {
    throw new Unreadable(
      `${file} has the format ${header.format}; this version of the project reads formats up to ${FORMAT}\n` +
        `  remedy: use version ${header.project ?? "(unknown)"} of the project, which wrote it, or a later one`,
    );
  }
  if (!isComplete(header)) throw noBackup(file);
  return { header, line: beginning.subarray(0, end + 1) };
}

const noBackup = (file: string): Unreadable =>
  new Unreadable(
    `${file} is not a backup, or its beginning is damaged\n  remedy: name a file that npm run backup has written`,
  );

/** Whether it is what this version writes: a file could ask for more memory than there is. */
function isComplete(header: Partial<Header>): header is Header {
  const { cost, blockSize, parallelization } = header;
  return (
    header.cipher === "aes-256-gcm" &&
    header.kdf === "scrypt" &&
    cost === 2 ** 17 &&
    blockSize === 8 &&
    parallelization === 1 &&
    [header.salt, header.iv, header.check].every((each) => typeof each === "string")
  );
}
