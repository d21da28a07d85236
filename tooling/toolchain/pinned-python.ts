import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { checkout } from "../machine/paths";

/**
 * The Python of an environment with exactly the packages of a list, which has their hashes. It is created once, below
 * node_modules.
 *
 * @param requirements Path of the list; its folder names the environment.
 * @param purpose What the packages are for, for the reader of an error.
 * @throws Error with a remedy if this machine's Python has no venv
 */
export async function pinnedPython(requirements: string, purpose: string): Promise<string> {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const name = `${basename(dirname(requirements))}-${digest}`;
  const folder = join(checkout, "node_modules", ".cache", name);
  const found = join(folder, "bin", "python");
  // Written last: an installation that was interrupted is done again.
  const complete = join(folder, "complete");
  if (existsSync(complete)) return found;
  rmSync(folder, { recursive: true, force: true });
  // Standard output belongs to the command.
  const stdio = ["ignore", 2, "inherit"] as const;
  await execa("python3", ["-m", "venv", folder], { stdio }).catch(() => {
    throw new Error(
      `python3 cannot create a virtual environment, in which ${purpose} is installed\n` +
        "  remedy: install Python 3.11 or later with venv; on Debian: apt-get install python3-venv",
    );
  });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await execa(found, [...pip, "--require-hashes", "--no-deps", "-r", requirements], { stdio });
  writeFileSync(complete, "");
  return found;
}
