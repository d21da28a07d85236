import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let ofThisProcess: string | undefined;

/** Makes a folder that is removed when the process ends. @param name What its name begins with. */
export function temporaryFolder(name: string): string {
  if (ofThisProcess === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    ofThisProcess = folder;
  }
  return mkdtempSync(join(ofThisProcess, `${name}-`));
}
