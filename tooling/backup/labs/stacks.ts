/** Which stacks a backup is of, and what they are set to. */
import { foundIn } from "../../engine/answer";
import { askPulumi, stackExists } from "../../engine/stack/stack";
import { shortName, stackName, stackSetting } from "../../engine/stack/stack-settings";
import { CLASS_TAG } from "../../engine/stack/state";
import type { Manifest, SettingRecord } from "../file/manifest";

/** A stack with a lab in it. */
export interface LabStack {
  readonly stack: string;
  /** `null` for a lab in a stack of its own. */
  readonly student: string | null;
}

/** The labs that the command is about. */
export interface LabStacks {
  readonly kind: Manifest["kind"];
  readonly name: string;
  readonly labs: readonly LabStack[];
  /** A stack with the settings and the key to the secret ones. */
  readonly settingsOf: string;
}

/**
 * The lab or the class that GOURMETGRAM_STACK names.
 *
 * @param only Students of a class. @default all
 * @throws Error with a remedy if there is none, or not all of them
 */
export async function findStacks(only: readonly string[] | undefined): Promise<LabStacks> {
  const args = ["stack", "ls", "--json", "--tag", `${CLASS_TAG}=${stackName}`];
  const printed = foundIn(await askPulumi(args), `the stacks of ${stackName}`) ?? "[]";
  const names = (JSON.parse(printed) as { name: string }[]).map(({ name }) => shortName(name));
  const base = `${stackName}-base`;
  const students = names
    .filter((name) => name !== base && name.startsWith(`${stackName}-`))
    .map((stack) => ({ stack, student: stack.slice(stackName.length + 1) }))
    .sort((a, b) => a.student.localeCompare(b.student));
  // The settings of a class make a stack of its name, in which nothing is.
  if (students.length === 0) return labOf(only);
  const unknown = (only ?? []).filter((id) => !students.some(({ student }) => student === id));
  if (unknown.length > 0) {
    throw new Error(
      `the class ${stackName} has no stack of ${unknown.join(", ")}; it has ${students.map(({ student }) => student).join(", ")}` +
        "\n  remedy: npm run class -- up --roster FILE, or name others with --only",
    );
  }
  const labs = students.filter(({ student }) => only === undefined || only.includes(student));
  return { kind: "class", name: stackName, labs, settingsOf: base };
}

/** @throws Error with a remedy if there is none, or students are asked for */
async function labOf(only: readonly string[] | undefined): Promise<LabStacks> {
  if (!(await stackExists())) {
    throw new Error(
      `there is no stack ${stackName}, and no class of this name with students` +
        "\n  remedy: npm run up, or npm run class -- up --roster FILE; GOURMETGRAM_STACK names another stack",
    );
  }
  if (only !== undefined) {
    throw new Error(
      `${stackName} is the stack of one lab, and not a class: --only names students` +
        "\n  remedy: leave --only out, or set GOURMETGRAM_STACK to the name of the class",
    );
  }
  return {
    kind: "lab",
    name: stackName,
    labs: [{ stack: stackName, student: null }],
    settingsOf: stackName,
  };
}

/** A setting with its value, a secret one in plain. */
export interface PlainSetting {
  readonly key: string;
  readonly value: string;
  readonly secret: boolean;
}

/** What the user has set in the stack's file. */
export async function settingsOf({ settingsOf: stack }: LabStacks): Promise<PlainSetting[]> {
  const args = ["config", "--json", "--show-secrets", "--stack", stack];
  const printed = foundIn(await askPulumi(args), `the settings of ${stack}`) ?? "{}";
  const all = JSON.parse(printed) as Record<string, { value?: string; secret?: boolean }>;
  return Object.entries(all).flatMap(([key, { value, secret = false }]) =>
    value === undefined || stackSetting(key) === undefined ? [] : [{ key, value, secret }],
  );
}

/** The commands that would make the stack's settings those of a backup, one for each that differs. */
export function differingSettings(
  settings: readonly SettingRecord[],
  current: (key: string) => unknown = stackSetting,
): string[] {
  return settings.flatMap(({ key, value }) => {
    const now = current(key);
    // Two secrets cannot be compared.
    if (value === null) return now === undefined ? [`npm run pulumi -- config set --secret ${key}`] : [];
    return textOf(now) === value ? [] : [`npm run pulumi -- config set ${key} '${value}'`];
  });
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" || value === undefined ? value : JSON.stringify(value);
