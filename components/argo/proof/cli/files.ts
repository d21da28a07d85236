import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isNode } from "yaml";
import type { Segment } from "../spot";
import { readYaml } from "../yaml-text";

/** An object of a file. */
export interface FileObject {
  readonly file: string;
  readonly value: unknown;
  /**
   * The line on which the member of the object begins, or the nearest member around it.
   *
   * @returns a number from 1
   */
  line(path: readonly Segment[]): number;
}

/** What was read, and what could not be. */
export interface FilesRead {
  readonly objects: readonly FileObject[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

/**
 * Reads YAML files, each of which may hold several objects.
 *
 * @param paths Paths; `-` is standard input.
 * @param folder What relative paths start from.
 */
export async function readFiles(paths: readonly string[], folder: string): Promise<FilesRead> {
  const objects: FileObject[] = [];
  const problems: { file: string; message: string }[] = [];
  for (const path of paths) {
    const file = path === "-" ? "(standard input)" : path;
    try {
      const text = path === "-" ? await standardInput() : await readFile(resolve(folder, path), "utf8");
      objects.push(...objectsOf(file, text));
    } catch (error) {
      problems.push({ file, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { objects, problems };
}

/**
 * The objects of a text.
 *
 * @param file What the text is called in findings.
 * @throws Error if the text is no YAML.
 */
export function objectsOf(file: string, text: string): FileObject[] {
  const read = readYaml(text);
  if (read.error !== undefined) {
    throw new Error(`not YAML: ${read.error}`);
  }
  const { documents, values, source } = read;
  return documents.flatMap((document, index) => {
    const value = values[index] ?? null;
    const line = (path: readonly Segment[]): number => {
      for (let length = path.length; length >= 0; length -= 1) {
        const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) {
          return source.slice(0, node.range[0]).split("\n").length;
        }
      }
      return 1;
    };
    return value === null ? [] : [{ file, value, line }];
  });
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks).toString("utf8");
}
