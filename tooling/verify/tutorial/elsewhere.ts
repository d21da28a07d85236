/** Commands of the tutorial that its test does not run, and who does. */
import type { PageCommand } from "./commands";

/** A command that something else runs. */
export interface Elsewhere {
  /** Page that has it. */
  readonly page: string;
  readonly command: string;
  /** Why it cannot be run here. */
  readonly why: string;
  /** The command line in `.ci/run` that runs it, or all that it runs; undefined for the verification itself. */
  readonly by: string | undefined;
}

export const ELSEWHERE: readonly Elsewhere[] = [
  {
    page: "docs/tutorial/stand-up.md",
    command: "npm run up",
    why: "the lab is up already",
    by: "npm run up",
  },
  {
    page: "docs/tutorial/dashboard.md",
    command: "npm run verify -- --only dashboard",
    why: "it is the acceptance test of that page",
    by: "npm run verify",
  },
  {
    page: "docs/tutorial/index.md",
    command: "npm run verify:tutorial",
    why: "it is what runs",
    by: undefined,
  },
];

/** The entry for a command; undefined if it is run here. */
export function elsewhere({ page, text }: PageCommand): Elsewhere | undefined {
  return ELSEWHERE.find((each) => each.page === page && each.command === text);
}

/** What is wrong with leaving it out; `null` if nothing is. */
export function unrun({ by }: Elsewhere, script: string): string | null {
  const isRun = by === undefined || isRunBy(script, by);
  return isRun ? null : `expected: a step ${by} in .ci/run\nseen:     none`;
}

/** Whether the script of the continuous integration runs a command line, as one of its steps. */
export function isRunBy(script: string, command: string): boolean {
  const steps = script
    .split("\n")
    .flatMap((line) => /^ *(?:if )?(?:step|suite) "[^"]*" (.*?)(?:; then)?$/.exec(line)?.[1] ?? []);
  return steps.includes(command);
}
