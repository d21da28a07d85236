import { existsSync } from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import { home } from "../../machine/paths";
import { freeBytes } from "../../support/disk";
import { buildsMuch, type LabParts } from "../embedded-lab";
import { LEAST_FREE } from "../kind-config";
import { type Check, type Docker, gibibyte, inGiB } from "./check";

/** What a cold build and the running lab take, as measured: 17 GB in the cache and 6 GB of images and volumes. */
const requiredDisk = { cold: 35 * gibibyte, warm: 10 * gibibyte };

/** Whether there is room for what is kept on this machine; `bytes` are free. */
export function checkDisk(parts: LabParts, bytes: number): Check {
  const required = buildsMuch(parts) ? requiredDisk.cold : requiredDisk.warm;
  const found = `${inGiB(bytes)} free for ${home}`;
  if (bytes >= required) return { name: "disk", found };
  const remedy = "free some, or set GOURMETGRAM_LAB_HOME to a folder on a larger disk";
  const problem = `${inGiB(bytes)} free, ${inGiB(required)} needed`;
  return { name: "disk", found, obstacle: { problem, remedy } };
}

/** Bytes that are free where the lab's home is, or will be. */
export async function freeForHome(): Promise<number> {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  return freeBytes(folder);
}

/**
 * Whether Docker, and with it the nodes of the cluster, can still write. Looked at where Docker runs on this machine's
 * kernel and its folder is in sight: others have a disk of their own, of which Docker tells nothing.
 *
 * @param free Bytes that are free in a folder.
 */
export async function checkDockerDisk(docker: Docker, kernel = release(), free = freeBytes): Promise<Check> {
  const name = "Docker's disk";
  const bytes =
    "absent" in docker || docker.kernel !== kernel
      ? undefined
      : await free(docker.dataRoot).catch(() => undefined);
  if ("absent" in docker || bytes === undefined) return { name, found: "not in sight" };
  const found = `${inGiB(bytes)} free for ${docker.dataRoot}`;
  if (bytes >= LEAST_FREE * gibibyte) return { name, found };
  const problem =
    `the disk of Docker and of the cluster's nodes is ${bytes < FULL ? "full" : "nearly full"}: ` +
    `${inGiB(bytes)} free in ${docker.dataRoot}, ${LEAST_FREE} GiB needed`;
  const remedy = `free some on the file system of ${docker.dataRoot} (docker system df says what of it is Docker's), then npm run up`;
  return { name, found, obstacle: { problem, remedy } };
}

/** Bytes with which nothing can be done any more. */
const FULL = 0.1 * gibibyte;
