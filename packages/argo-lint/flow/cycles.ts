/**
 * The first cycle among things that wait for each other.
 *
 * @param next The names that a thing waits for.
 * @returns its members, the first one repeated at the end; undefined if there is none
 */
export function cycleOf(
  names: readonly string[],
  next: (name: string) => readonly string[],
): string[] | undefined {
  const done = new Set<string>();
  const search = (name: string, trail: readonly string[]): string[] | undefined => {
    const at = trail.indexOf(name);
    if (at !== -1) return [...trail.slice(at), name];
    if (done.has(name)) return undefined;
    for (const each of next(name)) {
      const found = search(each, [...trail, name]);
      if (found !== undefined) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const name of names) {
    const found = search(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
