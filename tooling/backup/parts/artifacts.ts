/** The files of MLflow's runs and models, by way of the server: they may be on a volume or in S3. */
import { json } from "node:stream/consumers";
import type { Readable } from "node:stream";
import type { BackupWriter } from "../file/writer";
import { requireStatus, send } from "./http";

const API = "/api/2.0/mlflow-artifacts/artifacts";

/** A file below the root of all artifacts. */
export interface Artifact {
  readonly path: string;
  readonly bytes: number;
}

/** Whether a path is that of a file, or of a folder with files. */
export const isStored = (path: string, files: readonly string[]): boolean =>
  files.some((each) => each === path || each.startsWith(`${path}/`));

/** The version of an MLflow server, such as `3.17.2`. */
export async function mlflowVersion(url: string, signal?: AbortSignal): Promise<string> {
  const answer = await send(`${url}/version`, { signal });
  const parts: Buffer[] = [];
  for await (const part of await requireStatus(answer, "MLflow's version", [200])) parts.push(part as Buffer);
  return Buffer.concat(parts).toString().trim();
}

/** All files, folder by folder. One that goes away meanwhile is not among them. */
export async function listArtifacts(url: string, signal?: AbortSignal, folder = ""): Promise<Artifact[]> {
  const query = folder === "" ? "" : `?${new URLSearchParams({ path: folder }).toString()}`;
  const answer = await send(`${url}${API}${query}`, { signal });
  await requireStatus(answer, `the artifacts in ${folder === "" ? "the root" : folder}`, [200]);
  const { files = [] } = (await json(answer)) as {
    files?: { path: string; is_dir?: boolean; file_size?: number | string }[];
  };
  const found: Artifact[] = [];
  for (const file of files) {
    const name = file.path.split("/").at(-1) ?? file.path;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (file.is_dir === true) found.push(...(await listArtifacts(url, signal, path)));
    else found.push({ path, bytes: Number(file.file_size ?? 0) });
  }
  return found;
}

/**
 * Puts all artifacts into the backup, those that a run stores meanwhile among them.
 *
 * @returns what was stored
 */
export async function backUpArtifacts(
  url: string,
  writer: BackupWriter,
  folder: string,
  { report, signal }: { readonly report: (line: string) => void; readonly signal?: AbortSignal },
): Promise<Artifact[]> {
  const stored: Artifact[] = [];
  const all = await listArtifacts(url, signal);
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes } of all) {
    report(`artifacts: ${stored.length} of ${all.length}, ${megabytes(done)} of ${megabytes(total)}`);
    const answer = await send(`${url}${API}/${encoded(path)}`, { signal });
    // Somebody has deleted it since it was listed.
    if (answer.statusCode === 404) {
      answer.resume();
      continue;
    }
    await requireStatus(answer, `the artifact ${path}`, [200]);
    stored.push({ path, bytes: (await writer.add(`${folder}/${path}`, answer)).bytes });
    done += bytes;
  }
  return stored;
}

/** Stores a file. One that is there already is replaced. */
export async function restoreArtifact(
  url: string,
  path: string,
  content: Readable,
  bytes: number,
  signal?: AbortSignal,
): Promise<void> {
  const answer = await send(`${url}${API}/${encoded(path)}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: { content, bytes },
    signal,
  });
  (await requireStatus(answer, `the artifact ${path}`, [200, 201, 204])).resume();
}

const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
