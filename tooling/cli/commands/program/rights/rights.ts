import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rightsPage } from "./rights-table";
import { checkout } from "../../../../machine/paths";

/** Prints who may do what, as Markdown; with `check`, fails if the page in the checkout is not current. */
export function rights(options: { check?: boolean }): void {
  const page = rightsPage();
  if (options.check !== true) {
    process.stdout.write(page);
    return;
  }
  if (readFileSync(join(checkout, "docs", "reference", "rights.md"), "utf8") !== page) {
    throw new Error(
      "docs/reference/rights.md does not show the rights as they are\n  remedy: npm run --silent rights > docs/reference/rights.md",
    );
  }
}
