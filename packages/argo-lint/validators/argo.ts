import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FILLED_IN_LATER } from "../expressions/tags";
import { isRecord, type Segment } from "../objects/node";
import type { ValidatorDiagnostic, ValidatorResult } from "./validator";

/** Version of Argo Workflows whose behavior the rules describe. */
const ARGO_VERSION = "3.7";

/** The validator stops at an object that it cannot read. At most so many are excluded, one after the other. */
const MOST_ROUNDS = 40;

/**
 * Checks the objects by Argo's own validator, `argo lint --offline`, which reports one problem of each.
 *
 * @param program The program argo; undefined if there is none.
 */
export async function argoLint(
  program: string | undefined,
  objects: readonly unknown[],
): Promise<ValidatorResult> {
  if (program === undefined) return { missing: "there is no program argo" };
  const folder = mkdtempSync(join(tmpdir(), "argo-lint-"));
  try {
    const run = async (...args: string[]): Promise<Output> =>
      await new Promise((resolve) => {
        const options = {
          cwd: folder,
          maxBuffer: 2 ** 28,
          // No cluster: it must not look for one.
          env: { PATH: process.env["PATH"] ?? "", HOME: folder },
        };
        execFile(program, args, options, (problem, stdout, stderr) => {
          // It ends with 1 where it has found something.
          const hasRun = problem === null || typeof problem.code === "number";
          resolve({ stdout, stderr, ...(hasRun ? {} : { problem: problem.message }) });
        });
      });
    const version = await run("version", "--short");
    if (version.problem !== undefined) return { missing: `${program} cannot be run: ${version.problem}` };
    const [, number = "unknown"] = /v(\d+\.\d+\.\d+)/.exec(version.stdout) ?? [];
    if (!number.startsWith(`${ARGO_VERSION}.`)) {
      return { missing: `${program} has version ${number}, and the rules describe ${ARGO_VERSION}` };
    }
    objects.forEach((object, index) => writeFileSync(join(folder, fileOf(index)), JSON.stringify(object)));
    const diagnostics: ValidatorDiagnostic[] = [];
    const unread = new Set<number>();
    let rounds = 0;
    for (const { files, checked } of batchesOf(objects)) {
      for (;;) {
        const readable = files.filter((each) => !unread.has(each));
        if (readable.length === 0) break;
        const args = ["--offline", "--no-color", "-o", "simple", ...readable.map(fileOf)];
        const { stdout, stderr, problem } = await run("lint", ...args);
        if (problem !== undefined) return { missing: `${program} was stopped: ${problem}` };
        const [, crash] = /^panic: (.*)$/m.exec(stderr) ?? [];
        if (crash !== undefined) {
          const causes = readable.filter((each) => crashesArgo(objects[each]));
          if (causes.length === 0) return { missing: `${program} crashed: ${crash}` };
          diagnostics.push(...causes.filter((each) => checked.has(each)).map(crashed));
          for (const each of causes) unread.add(each);
          continue;
        }
        const stopped = stoppedAt(`${stdout}${stderr}`);
        if (stopped === undefined) {
          const found = diagnosticsOf(stdout, objects).filter(({ object }) => checked.has(object));
          diagnostics.push(...found.map((each) => asFarAsKnown(each, objects)));
          break;
        }
        diagnostics.push(asFarAsKnown(stopped, objects));
        unread.add(stopped.object);
        rounds += 1;
        if (rounds > MOST_ROUNDS) {
          return {
            missing: `it cannot read more than ${MOST_ROUNDS} of the objects; fix the others first`,
          };
        }
      }
    }
    return { version: number, diagnostics };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Argo 3.7 looks for such a template in the namespace of an object that has none. */
function crashesArgo(object: unknown): boolean {
  const isNamespaced = (value: unknown): boolean =>
    Array.isArray(value)
      ? value.some(isNamespaced)
      : isRecord(value) &&
        Object.entries(value).some(([key, member]) =>
          key === "templateRef" ? isRecord(member) && member["clusterScope"] !== true : isNamespaced(member),
        );
  return isRecord(object) && object["kind"] === "ClusterWorkflowTemplate" && isNamespaced(object["spec"]);
}

function crashed(object: number): ValidatorDiagnostic {
  return {
    rule: "argo",
    object,
    path: [],
    message:
      "argo lint has not checked this object: it crashes over a ClusterWorkflowTemplate that takes a template from a WorkflowTemplate",
    fix: "test it by a run, or take the template from a ClusterWorkflowTemplate (clusterScope: true)",
    isBeyond: true,
  };
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be run, or did not end by itself. */
  readonly problem?: string;
}

function fileOf(index: number): string {
  return `${index}.json`;
}

/** Objects that Argo checks together. */
interface Batch {
  /** All that it is given. */
  readonly files: readonly number[];
  /** Those whose diagnostics are used. */
  readonly checked: ReadonlySet<number>;
}

/** Argo refuses two templates of one name: the second goes into another batch, with all other objects. */
function batchesOf(objects: readonly unknown[]): Batch[] {
  const names = objects.map(nameOf);
  const turn = names.map((name, index) => names.slice(0, index).filter((each) => each === name).length);
  const last = Math.max(0, ...turn.filter((_, index) => names[index] !== undefined));
  return Array.from({ length: last + 1 }, (_, batch) => {
    const checked = new Set(
      [...objects.keys()].filter((index) => (names[index] === undefined ? 0 : turn[index]) === batch),
    );
    const taken = new Set([...checked].map((index) => names[index]));
    const others = [...objects.keys()].filter(
      (index) => names[index] !== undefined && turn[index] === 0 && !taken.has(names[index]),
    );
    return { files: [...new Set([...checked, ...others])], checked };
  });
}

/** Kind, namespace and name of a template; undefined for any other object. */
function nameOf(object: unknown): string | undefined {
  const { kind, metadata } = object as { kind?: string; metadata?: { name?: unknown; namespace?: unknown } };
  return kind === "ClusterWorkflowTemplate" || kind === "WorkflowTemplate"
    ? JSON.stringify([kind, kind === "WorkflowTemplate" ? (metadata?.namespace ?? "") : "", metadata?.name])
    : undefined;
}

/** The object that Argo cannot read. */
function stoppedAt(output: string): ValidatorDiagnostic | undefined {
  const [, index, reason] = /failed to parse YAML from file (\d+)\.json: (.*)/.exec(output) ?? [];
  return index === undefined ? undefined : diagnosticOf(Number(index), [], reason ?? "");
}

/** Lines such as `3.json: in "name" (Workflow): templates.a.steps[0].b template name 'c' undefined`. */
function diagnosticsOf(output: string, objects: readonly unknown[]): ValidatorDiagnostic[] {
  return output.split("\n").flatMap((line) => {
    const [, index, message] =
      /^(\d+)\.json: (?:in (?:"[^"]*"|object [^:]*) (?:\([^)]*\))?: )?(.*)$/.exec(line) ?? [];
    if (index === undefined || message === undefined) return [];
    const object = Number(index);
    return [diagnosticOf(object, pathOf(message, objects[object]), message)];
  });
}

const BEYOND =
  /template reference \S+ not found|(?:WorkflowTemplate|workflow template) \S+ not found|couldn't find (?:cluster)?\s?workflow ?template/i;

function diagnosticOf(object: number, path: readonly Segment[], message: string): ValidatorDiagnostic {
  const isBeyond = BEYOND.test(message);
  return {
    rule: "argo",
    object,
    path,
    message: isBeyond ? `argo lint has not checked this object: ${message}` : `argo lint: ${message}`,
    fix: isBeyond ? "give the file that it refers to as well" : "correct it as the message says",
    isBeyond,
  };
}

/**
 * What Argo says of an object is open where a Sensor's event fills in a part of it. Of values that are passed Argo judges
 * only whether they are among the choices.
 */
function asFarAsKnown(diagnostic: ValidatorDiagnostic, objects: readonly unknown[]): ValidatorDiagnostic {
  const left = /enum list/.test(diagnostic.message) ? [] : ["metadata", "arguments"];
  const judged = JSON.stringify(objects[diagnostic.object], (key, value: unknown) =>
    left.includes(key) ? undefined : value,
  );
  if (!judged.includes(FILLED_IN_LATER)) return diagnostic;
  const message = "argo lint has not checked this object: an event fills in a part of it";
  return { ...diagnostic, message, fix: "test it by a run", isBeyond: true };
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
