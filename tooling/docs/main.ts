import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { configurationPage } from "./configuration-page";

const checkout = resolve(__dirname, "../..");
const requirements = join(__dirname, "requirements.txt");

/** The Python of an environment with exactly the pinned packages. It is created once, below node_modules. */
async function python(): Promise<string> {
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = join(checkout, "node_modules", ".cache", `docs-${digest}`);
  const found = join(folder, "bin", "python");
  // Written last: an installation that was interrupted is done again.
  const complete = join(folder, "complete");
  if (existsSync(complete)) return found;
  rmSync(folder, { recursive: true, force: true });
  await execa("python3", ["-m", "venv", folder], { stdio: "inherit" }).catch(() => {
    throw new Error(
      "python3 cannot create a virtual environment, in which the site's generator is installed\n" +
        "  remedy: install Python 3.11 or later with venv; on Debian: apt-get install python3-venv",
    );
  });
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await execa(found, [...pip, "--require-hashes", "--no-deps", "-r", requirements], { stdio: "inherit" });
  writeFileSync(complete, "");
  return found;
}

/** Writes the generated page, then builds the site. Every warning fails: a dead link or anchor, a page that is not listed. */
async function main(): Promise<void> {
  const project = readFileSync(join(checkout, "Pulumi.yaml"), "utf8");
  writeFileSync(join(checkout, "docs", "reference", "configuration.md"), configurationPage(project));
  const sphinx = ["-m", "sphinx", "-c", __dirname, "-b", "html", "-E", "-W", "--keep-going", "--quiet"];
  const site = join(checkout, "site");
  rmSync(site, { recursive: true, force: true });
  const { exitCode } = await execa(await python(), [...sphinx, join(checkout, "docs"), site], {
    stdio: "inherit",
    reject: false,
  });
  process.exitCode = exitCode ?? 1;
  if (process.exitCode === 0) console.log(`The site is in ${site}: open index.html.`);
}

main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
