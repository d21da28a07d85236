import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { pinnedPython } from "../toolchain/pinned-python";
import { configurationPage } from "./configuration-page";

const checkout = resolve(__dirname, "../..");
const requirements = join(__dirname, "requirements.txt");

/** Writes the generated page, then builds the site. Every warning fails: a dead link or anchor, a page that is not listed. */
async function main(): Promise<void> {
  writeFileSync(join(checkout, "docs", "reference", "configuration.md"), configurationPage());
  const sphinx = ["-m", "sphinx", "-c", __dirname, "-b", "html", "-E", "-W", "--keep-going", "--quiet"];
  const site = join(checkout, "site");
  rmSync(site, { recursive: true, force: true });
  const { exitCode } = await execa(
    await pinnedPython(requirements, "the site's generator"),
    [...sphinx, join(checkout, "docs"), site],
    {
      stdio: "inherit",
      reject: false,
    },
  );
  process.exitCode = exitCode ?? 1;
  if (process.exitCode === 0) console.log(`The site is in ${site}: open index.html.`);
}

main().catch((error: unknown) => {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
