import { parse, stringify } from "yaml";
import { KEYS, type KeyName, type Scope, scopesOf } from "../../config";
import { ROSTER_KEYS, type Student } from "./roster/roster";

const PREFIX = "gourmetgram:";

/** What else than settings a stack's file holds: what its secrets are encrypted with. */
const ENCRYPTION = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

type StackFile = Partial<Record<(typeof ENCRYPTION)[number], string>> & {
  readonly config?: Readonly<Record<string, unknown>>;
};

/** The stack that a class shares. */
export const baseStackOf = (className: string): string => `${className}-base`;

/** The stack of a student. */
export const studentStackOf = (className: string, student: string): string => `${className}-${student}`;

/**
 * The stack's file of a class's base.
 *
 * @param classFile Text of the class's own stack file.
 * @param earlier Text of the base's file as it was written before, with the salt that its stack was made with.
 */
export function baseSettings(classFile: string, earlier = ""): string {
  return derived(classFile, earlier, "base", {});
}

/** The stack's file of a student: what the class sets for all, and over it what the roster sets for this one. */
export function studentSettings(
  classFile: string,
  className: string,
  student: Student,
  earlier = "",
): string {
  const roster = Object.entries(student.settings).map(([name, text]): [string, unknown] => [
    name,
    valueOf(name as KeyName, text),
  ]);
  return derived(classFile, earlier, "student", {
    student: student.id,
    baseStack: baseStackOf(className),
    ...Object.fromEntries(roster),
  });
}

function derived(
  classFile: string,
  earlier: string,
  scope: Scope,
  own: Readonly<Record<string, unknown>>,
): string {
  const file = (parse(classFile) ?? {}) as StackFile;
  const kept = Object.entries(file.config ?? {}).filter(([key]) => concerns(key, scope));
  // A class has many small labs, a lab by itself is larger.
  const size = scope === "student" ? { [`${PREFIX}size`]: "small" } : {};
  const named = Object.entries({ scope, ...own }).map(([name, value]) => [`${PREFIX}${name}`, value]);
  const config = { ...size, ...Object.fromEntries(kept), ...Object.fromEntries(named) } as Record<
    string,
    unknown
  >;
  return stringify({ ...encryptionOf(file, earlier), config });
}

/**
 * Whether a setting of the class goes to the stacks of a scope. A key that no one knows goes to the base, where the
 * program refuses it once for the whole class.
 */
function concerns(key: string, scope: Scope): boolean {
  if (!key.startsWith(PREFIX)) return true;
  const name = key.slice(PREFIX.length);
  if (!Object.hasOwn(KEYS, name)) return scope === "base";
  return scopesOf(name as KeyName).includes(scope);
}

/** The class's file has a salt where it has secrets, and they need that one. Otherwise the stack keeps its own. */
function encryptionOf(file: StackFile, earlier: string): Partial<Record<string, string>> {
  const before = (parse(earlier) ?? {}) as StackFile;
  const source = ENCRYPTION.some((name) => file[name] !== undefined) ? file : before;
  return Object.fromEntries(
    ENCRYPTION.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])),
  );
}

/** A setting's text in the type that the project file declares for the key; the text itself where it is invalid. */
function valueOf(name: KeyName, text: string): unknown {
  const parsed = KEYS[name].parse(text);
  return "value" in parsed ? parsed.value : text;
}

/**
 * What a student's stack is set to for a roster's key: the roster's own, the class's, or the default. Each has the key's
 * type: `pulumi config set` writes every value as a text.
 */
export function effectiveSettings(studentFile: string): Record<(typeof ROSTER_KEYS)[number], unknown> {
  const { config = {} } = (parse(studentFile) ?? {}) as StackFile;
  const values = ROSTER_KEYS.map((name) => {
    const set = config[PREFIX + name];
    return [name, (set ?? undefined) === undefined ? KEYS[name].default : valueOf(name, String(set))];
  });
  return Object.fromEntries(values) as Record<(typeof ROSTER_KEYS)[number], unknown>;
}
