/** The pages of the tutorial, in the order in which a student reads them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../machine/paths";
import { commandsOf, type PageCommand } from "./commands";

const FOLDER = "docs/tutorial";

/** The chapters as the first page numbers them, then that page, whose table repeats them, and the dashboard. */
const ORDER = [
  "stand-up",
  "train-a-model",
  "workflow-template",
  "triggers",
  "build-and-staging",
  "dashboard",
  "index",
];

/**
 * The commands of all pages.
 *
 * @throws Error if there is a page whose place in the order is not known, or one of them is not there
 */
export function tutorialCommands(): PageCommand[] {
  const there = readdirSync(join(checkout, FOLDER)).filter((file) => file.endsWith(".md"));
  const known = ORDER.map((name) => `${name}.md`);
  const stray = there.filter((file) => !known.includes(file));
  if (stray.length > 0) throw new Error(`${FOLDER}: no place in the order for ${stray.join(", ")}`);
  return known.flatMap((file) => {
    const page = `${FOLDER}/${file}`;
    return commandsOf(page, readFileSync(join(checkout, page), "utf8"));
  });
}
