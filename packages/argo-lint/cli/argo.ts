import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRecord, type Segment } from "../objects/spot";

/** Version of Argo Workflows whose behavior the rules describe. */
export const ARGO_VERSION = "3.7";

/** What Argo's own validator says of an object. */
export interface ArgoFinding {
  /** Which of the given objects it is in, counted from 0. */
  readonly object: number;
  /** The place that the message names, as far as it is one. */
  readonly path: readonly Segment[];
  readonly message: string;
  /** True if the object refers to something that was not given, of which the validator cannot know. */
  readonly isBeyond: boolean;
}

/** The validator's findings, or why there are none. */
export type ArgoResult =
  | { readonly version: string; readonly findings: readonly ArgoFinding[]; readonly missing?: undefined }
  | { readonly missing: string };

/** The validator stops at an object that it cannot read: so many are left out in turn. */
const MOST_ROUNDS = 40;

/**
 * Asks Argo's own validator, `argo lint --offline`, about the objects. It tells one mistake for each of them.
 *
 * @param program Path of the program argo.
 */
export function argoLint(program: string, objects: readonly unknown[]): ArgoResult {
  const folder = mkdtempSync(join(tmpdir(), "lint-workflows-"));
  try {
    const run = (
      ...args: string[]
    ): { status: number | null; stdout: string; stderr: string; error?: Error } =>
      spawnSync(program, args, {
        cwd: folder,
        encoding: "utf8",
        maxBuffer: 2 ** 28,
        // No cluster: it must not look for one.
        env: { PATH: process.env["PATH"] ?? "", HOME: folder },
      });
    const version = run("version", "--short");
    if (version.error !== undefined) return { missing: `${program} cannot be run: ${version.error.message}` };
    const [, number = "unknown"] = /v(\d+\.\d+\.\d+)/.exec(version.stdout) ?? [];
    if (!number.startsWith(`${ARGO_VERSION}.`)) {
      return { missing: `${program} is of version ${number}, and the rules are those of ${ARGO_VERSION}` };
    }
    objects.forEach((object, index) => writeFileSync(join(folder, fileOf(index)), JSON.stringify(object)));
    const findings: ArgoFinding[] = [];
    const unread = new Set<number>();
    for (const { files, judged } of batchesOf(objects)) {
      for (;;) {
        const readable = files.filter((each) => !unread.has(each));
        if (readable.length === 0) break;
        const args = ["--offline", "--no-color", "-o", "simple", ...readable.map(fileOf)];
        const { stdout, stderr } = run("lint", ...args);
        const stopped = stoppedAt(`${stdout}${stderr}`);
        if (stopped === undefined) {
          findings.push(...findingsOf(stdout, objects).filter(({ object }) => judged.has(object)));
          break;
        }
        findings.push(stopped);
        unread.add(stopped.object);
        if (unread.size > MOST_ROUNDS) {
          return {
            missing: `Argo cannot read more than ${MOST_ROUNDS} of the objects; correct the others first`,
          };
        }
      }
    }
    return { version: number, findings };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fileOf(index: number): string {
  return `${index}.json`;
}

/** Objects that Argo is asked about together. */
interface Batch {
  /** All that are given to it. */
  readonly files: readonly number[];
  /** Those whose findings count. */
  readonly judged: ReadonlySet<number>;
}

/** Argo takes no two templates of one name: the second ones go into a batch of their own, with all other objects. */
function batchesOf(objects: readonly unknown[]): Batch[] {
  const names = objects.map(nameOf);
  const turn = names.map((name, index) => names.slice(0, index).filter((each) => each === name).length);
  const last = Math.max(0, ...turn.filter((_, index) => names[index] !== undefined));
  return Array.from({ length: last + 1 }, (_, batch) => {
    const judged = new Set(
      [...objects.keys()].filter((index) => (names[index] === undefined ? 0 : turn[index]) === batch),
    );
    const taken = new Set([...judged].map((index) => names[index]));
    const others = [...objects.keys()].filter(
      (index) => names[index] !== undefined && turn[index] === 0 && !taken.has(names[index]),
    );
    return { files: [...new Set([...judged, ...others])], judged };
  });
}

/** What no two templates may have in common; undefined for what is no template. */
function nameOf(object: unknown): string | undefined {
  const { kind, metadata } = object as { kind?: string; metadata?: { name?: unknown; namespace?: unknown } };
  return kind === "ClusterWorkflowTemplate" || kind === "WorkflowTemplate"
    ? JSON.stringify([kind, kind === "WorkflowTemplate" ? (metadata?.namespace ?? "") : "", metadata?.name])
    : undefined;
}

/** The object that Argo cannot read. */
function stoppedAt(output: string): ArgoFinding | undefined {
  const [, index, reason] = /failed to parse YAML from file (\d+)\.json: (.*)/.exec(output) ?? [];
  return index === undefined
    ? undefined
    : { object: Number(index), path: [], message: reason ?? "", isBeyond: false };
}

/** Lines such as `3.json: in "name" (Workflow): templates.a.steps[0].b template name 'c' undefined`. */
function findingsOf(output: string, objects: readonly unknown[]): ArgoFinding[] {
  return output.split("\n").flatMap((line) => {
    const [, index, message] =
      /^(\d+)\.json: (?:in (?:"[^"]*"|object [^:]*) (?:\([^)]*\))?: )?(.*)$/.exec(line) ?? [];
    if (index === undefined || message === undefined) return [];
    const object = Number(index);
    return [
      {
        object,
        path: pathOf(message, objects[object]),
        message,
        isBeyond:
          /template reference \S+ not found|(?:WorkflowTemplate|workflow template) \S+ not found|couldn't find (?:cluster)?\s?workflow ?template/i.test(
            message,
          ),
      },
    ];
  });
}

/** The place that a message names: `templates.a.steps[0].b`, `templates.a.tasks.b`, or an unknown field. */
function pathOf(message: string, object: unknown): Segment[] {
  const [, unknown] = /unknown field "([^"]+)"/.exec(message) ?? [];
  if (unknown !== undefined) {
    return unknown
      .split(/\.|(?=\[)/)
      .map((each) => (/^\[\d+\]$/.test(each) ? Number(each.slice(1, -1)) : each));
  }
  const [, template = "", list, group, call] =
    /templates\.([-\w]+)(?:\.(steps|tasks)(?:\[(\d+)\])?\.([-\w]+))?/.exec(message) ?? [];
  const isCron = isRecord(object) && object["kind"] === "CronWorkflow";
  const spec: Segment[] = isCron ? ["spec", "workflowSpec"] : ["spec"];
  const at = (path: readonly Segment[]): unknown =>
    path.reduce<unknown>((value, key) => (value as Record<Segment, unknown> | undefined)?.[key], object);
  const indexOf = (path: readonly Segment[], name: string): number => {
    const items = at(path);
    return Array.isArray(items)
      ? items.findIndex((each: unknown) => isRecord(each) && each["name"] === name)
      : -1;
  };
  const place = indexOf([...spec, "templates"], template);
  if (place === -1) return [];
  const found: Segment[] = [...spec, "templates", place];
  const calls: Segment[] =
    list === "steps" ? [...found, "steps", Number(group ?? 0)] : [...found, "dag", "tasks"];
  const index = list === undefined ? -1 : indexOf(calls, call ?? "");
  return index === -1 ? found : [...calls, index];
}
