/** The bucket in S3 to which the schedule copies its backups. The image's `bucket.py` talks to it, with Amazon's library. */
import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { filesIn, keptFiles, type RemoteFile, surplus } from "./kept-files";

/** Where the image has the program. */
const PROGRAM = "/opt/backup/bucket.py";

/** Operations on a bucket. Each throws an Error with S3's reason. */
export interface Bucket {
  readonly address: string;
  readonly list: () => Promise<RemoteFile[]>;
  /** Uploads a file under its name, and reads it back. */
  readonly put: (path: string) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** The bucket of the environment, inside the image; undefined where none is set. */
export function bucketOf(signal: AbortSignal): Bucket | undefined {
  const address = process.env["BACKUP_BUCKET"];
  if (address === undefined) return undefined;
  const ask = async (...args: readonly string[]): Promise<string> => {
    try {
      const { stdout } = await promisify(execFile)("python", [PROGRAM, ...args], { signal });
      return stdout;
    } catch (error) {
      signal.throwIfAborted();
      const { stderr = "", message } = error as Error & { stderr?: string };
      throw new Error(stderr.trim() || message, { cause: error });
    }
  };
  return {
    address,
    list: async () => filesIn(await ask("list")),
    put: async (path) => void (await ask("put", path)),
    remove: async (name) => void (await ask("remove", name)),
  };
}

/**
 * Copies the backups of a stack that the bucket lacks, and removes its older ones that are too many.
 *
 * @param keep Number of backups that stay in the bucket.
 * @param spared Those that stay and count, whatever time is in their names.
 */
export async function copyTo(
  bucket: Bucket,
  {
    folder,
    stack,
    keep,
    spared,
    tell,
  }: {
    folder: string;
    stack: string;
    keep: number;
    spared: readonly string[];
    tell: (line: string) => void;
  },
): Promise<void> {
  const there = new Map((await bucket.list()).map(({ name, bytes }) => [name, bytes]));
  for (const name of keptFiles(folder, stack)) {
    const path = join(folder, name);
    const { size } = statSync(path);
    if (there.get(name) === size) continue;
    await bucket.put(path);
    there.set(name, size);
    tell(`${stack}: copied ${name} to ${bucket.address}, and read it back`);
  }
  for (const name of surplus([...there.keys()], stack, keep, spared)) {
    await bucket.remove(name);
    tell(`${stack}: removed ${name} from ${bucket.address}`);
  }
}
