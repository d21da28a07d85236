import { Argument, type Command } from "commander";
import { execa } from "execa";
import { type Page, PAGE_NAMES, type PageName, pagesOf } from "../pages";
import { findOutputs } from "../pulumi/live-lab";
import { hasOwnCluster } from "../stack-settings";

/** Declares the command and its help. */
export function openCommand(command: Command): Command {
  return command
    .description(
      "print where the lab's pages are; a page that is named is opened too, where there is a desktop",
    )
    .addArgument(new Argument("[page]", "the page that is wanted").choices(PAGE_NAMES))
    .option("--json", "for scripts: print all as JSON, and open nothing")
    .action(open);
}

/** Prints the pages, or one, and opens the one that is named. */
async function open(name: PageName | undefined, options: { json?: boolean }): Promise<void> {
  const { outputs } = await findOutputs();
  const all = pagesOf(outputs, { embedded: !hasOwnCluster() });
  const pages = name === undefined ? all : all.filter((page) => page.name === name);
  if (options.json === true) {
    console.log(JSON.stringify({ pages }, null, 2));
    return;
  }
  for (const page of pages) console.log(textOf(page));
  const [page] = pages;
  // A repository is for git, and what it serves a browser is of no use to anyone.
  if (name === undefined || name === "repository" || page === undefined) return;
  const opener = desktopOpener(process.platform, process.env);
  if (opener === undefined) return;
  const { failed } = await execa(opener, [page.url], { reject: false, stdio: "ignore" });
  if (failed) console.error(`${opener} could not open it: copy the address into a browser`);
}

function textOf({ name, url, what, notes }: Page): string {
  return [`${name.padEnd(12)}${url}`, what, ...notes].join(`\n${" ".repeat(12)}`);
}

/** The command that hands an address to the desktop's browser; undefined where there is no desktop. */
export function desktopOpener(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (platform === "darwin") return "open";
  const screen = environment["DISPLAY"] ?? environment["WAYLAND_DISPLAY"];
  return screen === undefined || screen === "" ? undefined : "xdg-open";
}
