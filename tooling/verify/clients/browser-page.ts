import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import type { CheckContext } from "../suite/check";
import { CheckFailure } from "../suite/expect";
import { WINDOW } from "./browser";

/** Milliseconds in which a page has to show something. */
export const PATIENCE = 30_000;

/** Opens a page in a tab of its own. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(WITHOUT_ASSISTANT);
  page.setDefaultTimeout(PATIENCE);
  await page.goto(url, { waitUntil: "load", timeout: PATIENCE });
  return page;
}

// Scripts are given as text: functions would be compiled for Node, and run in the browser.

/** The text that is to be seen: not what is hidden. Spaces that keep words together are like any other. */
const TEXT = String.raw`document.body.innerText.replace(/\s+/g, " ")`;

/** MLflow opens a panel with an assistant at a first visit, which leaves little room for the rest. */
const WITHOUT_ASSISTANT = `
localStorage.setItem("mlflow.assistant.fab.autoOpenedOnFirstLoad_v1", "true");
localStorage.setItem("mlflow.assistant.panelOpen_v1", "false");
`;

export function textOf(page: Page): Promise<string> {
  return page.evaluate(TEXT) as Promise<string>;
}

/** @throws CheckFailure if the page does not show all of the words in time */
export async function waitForText(page: Page, words: readonly string[], what: string): Promise<void> {
  const condition = `${JSON.stringify(words)}.every((word) => ${TEXT}.includes(word))`;
  await page.waitForFunction(condition, { timeout: PATIENCE }).catch(async () => {
    throw new CheckFailure({ expected: what, seen: (await textOf(page)).slice(0, 1000) });
  });
}

/**
 * Writes a screenshot into the folder that was asked for.
 *
 * @param within Selector of the part that is shown. @default the whole window
 */
export async function keep(
  { screenshots, see }: CheckContext,
  page: Page,
  name: string,
  within?: string,
): Promise<void> {
  if (screenshots === undefined) return;
  await mkdir(screenshots, { recursive: true });
  // Bars and pictures may still be moving.
  await new Promise((done) => setTimeout(done, 1500));
  const path = join(resolve(screenshots), `${name}.png`);
  const part = within === undefined ? null : await (await page.$(within))?.boundingBox();
  await page.screenshot({ path: path, clip: part ?? { x: 0, y: 0, ...WINDOW } });
  see(`screenshot: ${path}`);
}
