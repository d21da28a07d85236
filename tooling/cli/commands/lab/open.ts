import { once } from "node:events";
import { execa } from "execa";
import { ACCOUNTS } from "../../../../components/rbac";
import type { LabOutputs } from "../../../../stacks";
import { type AccountName, type TimedToken, tokenOf } from "../../../live/account-token";
import { clusterOf, reasonOf } from "../../../live/api-clients";
import { placesOf } from "../../../live/addresses/places";
import { type PodAccess, podAccess } from "../../../live/addresses/port-forward";
import { answersAt, reach } from "../../../live/addresses/reach";
import type { ServicePort } from "../../../live/addresses/service";
import { type Page, PAGE_NAMES, type PageName, pagesOf } from "../../../live/addresses/lab-pages";
import { answeringCluster, clusterConfig } from "../../../engine/cluster-access";
import { findOutputs } from "../../../engine/stack/live-lab";
import { endBySignal, interruption } from "../../../support/interruption";
import { isJson, tellData } from "../../../support/output";
import { minuteOf } from "../../../support/times";

/**
 * Prints the pages, or one, and opens the one that is named. Port-forwards that it takes stay open until it is
 * interrupted.
 */
export async function open(name: PageName | undefined): Promise<void> {
  const { outputs } = await findOutputs();
  const names = name === undefined ? PAGE_NAMES : [name];
  const pagesIn = (found: LabOutputs): Page[] => pagesOf(found).filter((page) => names.includes(page.name));
  if (isJson()) return tellData({ pages: await forScripts(outputs, pagesIn(outputs)) });
  const tell = (line: string): void => console.error(line);
  const reached = await reach(outputs, names, { access: clusterAccess, notice: tell, failed: tell });
  try {
    const pages = pagesIn(reached.outputs);
    for (const page of pages) console.log(textOf(page, reached.idle.get(page.name)));
    // Only where it is asked for by name: it is a secret, and a new one each time.
    if (name === "argo") console.log(await logIn(outputs.namespace));
    else if (name === undefined) console.log("\nnpm run open -- argo prints what to log in with");
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

/** Seconds for which the dashboard's login is good: a day in class. */
const LOGIN_LIFETIME = 8 * 3600;

/** What to paste at the dashboard's login, to see it as a student does; or why there is nothing to paste. */
async function logIn(namespace: string): Promise<string> {
  const student = { name: ACCOUNTS.student, namespace };
  try {
    const cluster = clusterOf(await clusterConfig());
    return `\n${logInText(student, await tokenOf(cluster, student, LOGIN_LIFETIME), new Date())}`;
  } catch (error) {
    return (
      `\nno token for the account ${student.name} in ${namespace}: ${reasonOf(error)}\n` +
      `  remedy: someone who may create tokens runs: npm run kubectl -- create token ${student.name} -n ${namespace}`
    );
  }
}

/** The line to paste, what to do with it, and until when. */
export function logInText(account: AccountName, { token, expires }: TimedToken, now: Date): string {
  const hours = Math.round((expires.getTime() - now.getTime()) / 360_000) / 10;
  return [
    `To log in as the account ${account.name} of ${account.namespace}, paste all of this line into the box in the middle of`,
    `the page, and click LOGIN below it. It is valid for ${hours} h, until ${minuteOf(expires.toISOString())} UTC.`,
    "",
    `Bearer ${token}`,
  ].join("\n");
}

const clusterAccess = async (): Promise<PodAccess> => podAccess(await answeringCluster());

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
