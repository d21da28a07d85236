import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Document, isMap, isNode, isScalar, isSeq, type Node, visit } from "yaml";
import type { Segment } from "../objects/node";
import { type Position, readYaml } from "./yaml-text";
import type { EventProblem } from "./event-binding";
import { mergedAgainIn, pairOf, resolved } from "./merge-keys";
import { type Misread, misreadIn } from "./scalars";
import { unpack, type Unpacked } from "./unpack";

/** A workflow of a file. */
export interface FileObject {
  readonly file: string;
  readonly value: unknown;
  /** True if the file was not named, but found in a folder. */
  readonly found: boolean;
  /** Where the member of the object begins, or the nearest member around it. */
  position(path: readonly Segment[]): Position;
  /** Values of it that are read as something else than they look like. */
  readonly misread: readonly Misread[];
  /** What is wrong with the event binding that submits it. */
  readonly event: readonly EventProblem[];
}

/** A file, or a part of one, with what there is to say about it. */
export interface FileNote {
  readonly file: string;
  readonly message: string;
}

/** What was read, and what could not be. */
export interface FilesRead {
  readonly objects: readonly FileObject[];
  readonly unreadable: readonly FileNote[];
  /** What was found and is not checked. */
  readonly notChecked: readonly FileNote[];
}

/** How a Helm chart writes Argo's tags. */
const ESCAPED = /\{\{-?\s*(?:`\{\{|"\{\{"?)/;
/** What only a Helm chart has between braces, and a script of a workflow that writes one. */
const HELM = /\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities)\b|include\s+"|define\s+")/;
/** What other programs have too, whose templates can be values of a workflow: it counts only where the text is not YAML. */
const GO_TEMPLATE = /\{\{-?\s*(?:\.|\$|\/\*|(?:template|range|if|with|end|else|toYaml|tpl|block)\b)/;

/** The text of a chart, which is not YAML yet. */
class HelmSource extends Error {
  constructor() {
    super("this is the source of a Helm chart, which is not YAML yet: give the output of helm template");
  }
}

/**
 * Reads YAML files, each of which may hold several objects, and the YAML and JSON files of folders.
 *
 * @param paths Paths; `-` is standard input.
 * @param folder What relative paths start from.
 */
export async function readFiles(paths: readonly string[], folder: string): Promise<FilesRead> {
  const objects: FileObject[] = [];
  const unreadable: FileNote[] = [];
  const notChecked: FileNote[] = [];
  const read = async (path: string, asked: boolean): Promise<void> => {
    const file = path === "-" ? "(standard input)" : path;
    let isArgo = true;
    try {
      const text = path === "-" ? await standardInput() : readFileSync(resolve(folder, path), "utf8");
      if (asked && text.includes("\0")) throw new Error("it is not text in UTF-8");
      isArgo = text.includes("argoproj.io");
      // A folder may hold any YAML.
      if (!asked && !isArgo && !/\bkind"?:/.test(text)) return;
      const found = contentsOf(file, text);
      objects.push(...found.objects.map((each) => ({ ...each, found: !asked })));
      notChecked.push(...found.notChecked);
      if (asked && found.objects.length === 0 && found.notChecked.length === 0) {
        notChecked.push({ file, message: "the file holds no object" });
      }
    } catch (error) {
      const isOther = !asked && (error instanceof HelmSource || !isArgo);
      (isOther ? notChecked : unreadable).push({ file, message: reasonOf(error) });
    }
  };
  for (const path of paths) {
    const isFolder =
      path !== "-" && (await stat(resolve(folder, path)).catch(() => undefined))?.isDirectory();
    if (isFolder !== true) {
      await read(path, true);
      continue;
    }
    const files = await filesOf(resolve(folder, path), (below, message, isProblem) => {
      (isProblem ? unreadable : notChecked).push({ file: join(path, below), message });
    });
    if (files.length === 0) notChecked.push({ file: path, message: "the folder holds no YAML or JSON file" });
    for (const file of files) await read(join(path, file), false);
  }
  return { objects, unreadable, notChecked };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file or folder";
  return code === "EACCES" ? "it may not be read: permission denied" : error.message;
}

/**
 * The YAML and JSON files in a folder and below, apart from hidden folders and installed packages. Links to files are
 * followed, links to folders are not: they may lead in a circle.
 */
async function filesOf(
  folder: string,
  tell: (file: string, message: string, isProblem: boolean) => void,
  below = "",
): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    tell(below, reasonOf(error), true);
    return [];
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(below, entry.name);
    const hasName = /\.(?:ya?ml|json)$/.test(entry.name);
    if (entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules") {
      found.push(...(await filesOf(folder, tell, path)));
    } else if (entry.isSymbolicLink() && !entry.name.startsWith(".")) {
      const target = await stat(join(folder, path)).catch(() => undefined);
      if (target?.isDirectory() === true) tell(path, "a link to a folder is not followed", false);
      else if (target === undefined && hasName) tell(path, "the link leads nowhere", true);
      else if (hasName) found.push(path);
    } else if (entry.isFile() && hasName) {
      found.push(path);
    }
  }
  return found;
}

/**
 * The workflows of a text, and what else it holds.
 *
 * @param file Name of the text in diagnostics.
 * @throws Error if the text is not YAML.
 */
export function contentsOf(file: string, text: string): Omit<FilesRead, "unreadable"> {
  const mayBeHelm = HELM.test(text);
  const read = readYaml(text);
  if (ESCAPED.test(text) || (mayBeHelm && (read.documents ?? []).some(isHelm))) throw new HelmSource();
  if (read.error !== undefined) {
    throw mayBeHelm || GO_TEMPLATE.test(text) ? new HelmSource() : new Error(`not YAML: ${read.error}`);
  }
  const { documents, values } = read;
  const position = positionsIn(text);
  const objects: FileObject[] = [];
  const notChecked: FileNote[] = [];
  documents.forEach((document, index) => {
    const value = values[index] ?? null;
    if (value === null) return;
    const { workflows, others } = unpack(value);
    for (const kind of others) notChecked.push({ file, message: `${kind} is not read` });
    for (const { value: inner, place, problems = [] } of workflows) {
      const misread = misreadOf(document, place);
      const find: FileObject["position"] = (path) => position(index, place(path));
      objects.push({ file, value: inner, found: false, position: find, misread, event: problems });
    }
  });
  return { objects, notChecked };
}

// A function of its own: what it holds on to, an object's `position` would hold on to as well.
function misreadOf(document: Document, place: Unpacked["place"]): readonly Misread[] {
  return ["metadata", "spec"].flatMap((key) => {
    const node = document.getIn(place([key]), true);
    return [...misreadIn(node, [key]), ...mergedAgainIn(node, document, [key])];
  });
}

/** Whether the document has what only a Helm chart has, elsewhere than in the lines of a script. */
function isHelm(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      found ||= !isScalar(key);
    },
    Scalar: (_, { type, value }) => {
      found ||= type?.startsWith("BLOCK") !== true && HELM.test(String(value));
    },
  });
  return found;
}

/**
 * Finds where a member of a document begins. The text is parsed again for the first one: the syntax trees of thousands
 * of files, most of them without a problem, would fill the memory.
 */
function positionsIn(text: string): (document: number, path: readonly Segment[]) => Position {
  let parsed: ReturnType<typeof readYaml> | undefined;
  return (index, path) => {
    parsed ??= readYaml(text);
    const document = parsed.documents?.[index];
    const node = document && deepest(document, path);
    return node?.range && parsed.position !== undefined
      ? parsed.position(node.range[0])
      : { line: 1, column: 1 };
  };
}

/** The node at a path, or the nearest around it that there is; what an alias or a merge key brings is where it is written. */
function deepest(document: Document, path: readonly Segment[]): Node | null {
  let found = document.contents;
  for (const segment of path) {
    const holder = resolved(found, document);
    const next: unknown = isMap(holder)
      ? pairOf(holder, String(segment), document)?.value
      : isSeq(holder)
        ? holder.items[Number(segment)]
        : undefined;
    if (!isNode(next) || !next.range) break;
    found = next;
  }
  return found;
}

/** The workflows of a text. */
export function objectsOf(file: string, text: string): readonly FileObject[] {
  return contentsOf(file, text).objects;
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks).toString("utf8");
}
