import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { rightsPage } from "./rights-table";
import { checkout } from "../../machine/paths";

function main(options: { check?: boolean }): void {
  const page = rightsPage();
  if (options.check !== true) {
    process.stdout.write(page);
    return;
  }
  if (readFileSync(join(checkout, "docs", "reference", "rights.md"), "utf8") !== page) {
    console.error(
      "error: docs/reference/rights.md does not show the rights as they are\n  remedy: npm run --silent rights > docs/reference/rights.md",
    );
    process.exitCode = 1;
  }
}

new Command("rights")
  .description("Prints which service account may do what, and which template needs it, as Markdown.")
  .option("--check", "print nothing, and fail if docs/reference/rights.md is not current")
  .addHelpText("after", "\nExample:\n  npm run --silent rights > docs/reference/rights.md")
  .action(main)
  .parse();
