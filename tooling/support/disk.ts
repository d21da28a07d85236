import { statfs } from "node:fs/promises";

/** Bytes that are free for anybody where a folder is. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
