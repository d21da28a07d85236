/** What a registry says about the versions that the project pins. */

/** A pinned version of which there is a newer one. */
export interface Old {
  readonly name: string;
  readonly current: string;
  readonly latest: string;
  /** Files that pin it, or what else names it. */
  readonly where: readonly string[];
}

/** A published vulnerability of a pinned version. */
export interface Hole {
  /** Such as GHSA-4c29-8rgm-jvjj. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Versions without it, as the registry names them. Empty where it names none. */
  readonly fixed: readonly string[];
  readonly where: readonly string[];
}

/** What a tag of an image means today. */
export interface Tagged {
  /** The image with its tag and its digest. */
  readonly reference: string;
  /** The key of the configuration that names the tag, or the file. */
  readonly where: string;
}

/** What came of asking about one kind of package. */
export interface Answer {
  readonly source: string;
  /** About how many versions, or files, an answer came. */
  readonly answered: { readonly versions: number; readonly vulnerabilities: number };
  readonly old: readonly Old[];
  readonly holes: readonly Hole[];
  /** Images that are named without a digest. @default none */
  readonly tagged?: readonly Tagged[];
  /** Each question without an answer, with the reason: nothing is known about it. */
  readonly unanswered: readonly string[];
}

/** How a program ended that was asked. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  /** `undefined` where it could not be started. */
  readonly exitCode: number | undefined;
}

/** Runs a program that only asks. */
export type Ask = (
  command: string,
  args: readonly string[],
  options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
) => Promise<Printed>;

/** Whether a version comes after another: numbers in it count as such. */
export const isNewer = (version: string, than: string): boolean =>
  version.localeCompare(than, "en", { numeric: true }) > 0;

/** JSON that a program has printed; `undefined` where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The last line that a program has printed, as the reason for what it has not said. */
export const reasonOf = ({ stderr, stdout, exitCode }: Printed): string =>
  exitCode === undefined
    ? "the program is not on this machine"
    : (`${stdout}\n${stderr}`.trim().split("\n").at(-1) ?? `it ended with status ${exitCode}`);
