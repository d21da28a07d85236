import { rmSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { controlPlane } from "../../../cluster/kind-config";
import { askDocker } from "../../../machine/docker/docker";
import { checkout } from "../../../machine/paths";
import { run } from "../../../machine/run";
import { messageOf, NotStarted } from "../../../support/errors";

/** GiB that the file system may have at most: a larger one may be somebody's own. */
const MOST = 64;

/** The disk of the kind cluster's nodes, which is full for a while. */
export class FullDisk {
  private readonly remove = (): void => rmSync(this.file, { force: true });

  /**
   * @param file Takes up the room, on that disk and outside of every node.
   * @param fill Has the file take what room there is.
   * @param pause Milliseconds from one filling to the next one: something may free a little meanwhile.
   */
  constructor(
    private readonly file: string,
    private readonly fill = takeRoom,
    private readonly pause = 3000,
  ) {}

  /**
   * Keeps the disk full for so many seconds, and until the work is done. The room is there again afterwards, also after a
   * signal and an error.
   */
  async whileFull<T>(seconds: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const end = performance.now() + seconds * 1000;
    process.once("exit", this.remove);
    try {
      await this.fill(this.file);
      let isDone = false;
      const working = work().finally(() => {
        isDone = true;
      });
      // Awaited below, which an error may keep from happening.
      working.catch(() => undefined);
      while (!isDone || performance.now() < end) {
        await delay(this.pause, undefined, { signal });
        await this.fill(this.file);
      }
      return await working;
    } finally {
      this.remove();
      process.removeListener("exit", this.remove);
    }
  }
}

async function takeRoom(file: string): Promise<void> {
  // A signal must not end it with the rest of its commands to come.
  await run("sh", ["-ec", FILL, "sh", file], { log: "faults", apart: true });
}

/** Lengthens the file `$1`: what is set aside takes no time, and little in an image of a disk; the last blocks are written. */
const FILL = `
free=$(( $(stat --file-system --format "%f * %S" "$(dirname "$1")") - 64 * 1024 * 1024 ))
touch "$1"
if test "$free" -gt 0; then fallocate --offset "$(stat --format %s "$1")" --length "$free" "$1" || true; fi
dd if=/dev/zero of="$1" bs=4k oflag=append conv=notrunc 2>/dev/null || true`;

/** A file system. */
export interface Disk {
  /** A folder on it. */
  readonly folder: string;
  /** Number of the file system, as `stat` has it. */
  readonly device: number;
  /** How large it is. */
  readonly bytes: number;
}

/**
 * Why a disk must not be filled.
 *
 * @param others Folders that have to be on other ones.
 * @returns undefined if it may be
 */
export function reasonToSpare(
  { folder, device, bytes }: Disk,
  others: readonly Pick<Disk, "folder" | "device">[],
): string | undefined {
  const same = others.find((other) => other.device === device);
  if (same !== undefined) return `${folder} is on the same file system as ${same.folder}`;
  const size = bytes / 1024 ** 3;
  return size > MOST
    ? `the file system of ${folder} has ${size.toFixed(1)} GiB, more than ${MOST}`
    : undefined;
}

/**
 * Finds the disk of the kind cluster's nodes. What a bench that was killed has left there is removed.
 *
 * @throws NotStarted unless it is a small one on this machine, on which nothing else is
 */
export async function findSmallDisk(): Promise<FullDisk> {
  const format = '{{range .Mounts}}{{if eq .Destination "/var"}}{{.Source}}{{end}}{{end}}';
  const source = (await askDocker(["inspect", "--format", format, controlPlane])) ?? "";
  if (source === "") throw refusal(`Docker does not say where ${controlPlane} has its folder /var`);
  const folder = dirname(source);
  try {
    const others = [folder, "/", homedir(), tmpdir(), checkout];
    const [own, beside, ...rest] = await Promise.all([source, ...others].map(deviceOf));
    const { blocks, bsize } = await statfs(source);
    const disk = { folder: source, device: own ?? 0, bytes: blocks * bsize };
    const reason = reasonToSpare(
      disk,
      rest.map((device, index) => ({ folder: others[index + 1] ?? "", device })),
    );
    if (reason !== undefined) throw refusal(reason);
    if (beside !== own) throw refusal(`${folder} is on another file system than ${source}`);
  } catch (error) {
    if (error instanceof NotStarted) throw error;
    // On a virtual machine of Docker's, or for root alone.
    throw refusal(`${source} cannot be looked at: ${messageOf(error)}`);
  }
  const file = join(folder, "gourmetgram-full");
  rmSync(file, { force: true });
  return new FullDisk(file);
}

const deviceOf = async (folder: string): Promise<number> => (await stat(folder)).dev;

const refusal = (reason: string): NotStarted =>
  new NotStarted(
    `the disk of the kind cluster's nodes is not filled: ${reason}\n  remedy: as root on Linux, with no Docker running, ` +
      "stand up a lab on a file system of its own: truncate --size 40G disk.img; mkfs.ext4 -q -m 0 disk.img; mkdir /mnt/lab; " +
      "mount -o loop disk.img /mnt/lab; export GOURMETGRAM_LAB_HOME=/mnt/lab/home; npm run up",
  );
