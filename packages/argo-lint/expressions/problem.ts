/** What is wrong with a reference, and the fix. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
  /** True if it is not sure that it is a mistake. */
  readonly unsure?: boolean;
  /** True if the run goes on all the same. */
  readonly harmless?: boolean;
  /** True if it goes on where the artifact is optional. */
  readonly harmlessIfOptional?: boolean;
}

export const problem = (message: string, fix: string): Problem => ({ message, fix });

/** The fix for a name that is not known. */
export function declared(what: string, known: readonly string[]): string {
  return known.length === 0
    ? `declare it: there are no ${what}`
    : `declare it, or use one of ${[...new Set(known)].join(", ")}`;
}
