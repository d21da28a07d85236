import { once } from "node:events";
import { execa } from "execa";
import type { LabOutputs } from "../../stacks";
import { placesOf } from "../live/places";
import { type PodAccess, podAccess } from "../live/port-forward";
import { answersAt, reach } from "../live/reach";
import type { ServicePort } from "../live/service";
import { type Page, PAGE_NAMES, type PageName, pagesOf } from "../live/lab-pages";
import { clusterConfig, requireAnswer } from "../engine/cluster-access";
import { findOutputs } from "../engine/live-lab";
import { hasOwnCluster } from "../engine/stack-settings";
import { endBySignal, interruption } from "../support/interruption";
import { isJson, tellData } from "../support/output";

/**
 * Prints the pages, or one, and opens the one that is named. Port-forwards that it takes stay open until it is
 * interrupted.
 */
export async function open(name: PageName | undefined): Promise<void> {
  const { outputs } = await findOutputs();
  const names = name === undefined ? PAGE_NAMES : [name];
  const pagesIn = (found: LabOutputs): Page[] =>
    pagesOf(found, { embedded: !hasOwnCluster() }).filter((page) => names.includes(page.name));
  if (isJson()) return tellData({ pages: await forScripts(outputs, pagesIn(outputs)) });
  const tell = (line: string): void => console.error(line);
  const reached = await reach(outputs, names, { access: clusterAccess, notice: tell, failed: tell });
  try {
    const pages = pagesIn(reached.outputs);
    for (const page of pages) console.log(textOf(page, reached.idle.get(page.name)));
    const [page] = pages;
    // A repository is for git, and what it serves a browser is of no use to anyone.
    if (page !== undefined && name !== undefined && name !== "repository") await openInBrowser(page.url);
    if (reached.forwarded.length === 0) return;
    console.log("\nThe addresses answer while this runs; Ctrl+C ends it.");
    endBySignal();
    await once(interruption, "abort");
  } finally {
    await reached.close();
  }
}

async function clusterAccess(): Promise<PodAccess> {
  const config = await clusterConfig();
  await requireAnswer(config);
  return podAccess(config);
}

/** A page with what a script needs to know. */
export interface ScriptPage extends Page {
  /** Whether something takes connections at its address. */
  readonly answers: boolean;
  /** What a port-forward can lead to; `null` where the outputs do not tell, and for what is not in the cluster. */
  readonly service: ServicePort | null;
}

/** The pages as `--json` prints them. */
export function forScripts(outputs: LabOutputs, pages: readonly Page[]): Promise<ScriptPage[]> {
  const places = placesOf(outputs);
  return Promise.all(
    pages.map(async (page) => ({
      ...page,
      answers: await answersAt(page.url),
      service: places.find(({ name }) => name === page.name)?.service ?? null,
    })),
  );
}

async function openInBrowser(url: string): Promise<void> {
  const opener = desktopOpener(process.platform, process.env);
  if (opener === undefined) return;
  const { failed } = await execa(opener, [url], { reject: false, stdio: "ignore" });
  if (failed) console.error(`${opener} could not open it: copy the address into a browser`);
}

/**
 * A page for a person.
 *
 * @param whenIdle The command that brings something there, where nothing serves yet.
 */
export function textOf({ name, url, what, notes }: Page, whenIdle: string | undefined): string {
  const idle = whenIdle === undefined ? [] : [`nothing serves there yet: ${whenIdle}`];
  return [`${name.padEnd(12)}${url}`, what, ...idle, ...notes].join(`\n${" ".repeat(12)}`);
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
