import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { findChromium, WINDOW, withBrowser } from "../../clients/browser";
import { type Check, type CheckContext } from "../../check";
import { CheckFailure } from "../../expect";
import { FOOD_PICTURE } from "../../runs/food";
import { requireServing } from "../../runs/lessons";

/** Milliseconds in which a page has to show something. */
const PATIENCE = 30_000;

/** What a person sees: a picture goes in and its class comes out; MLflow shows which version that is. */
export const page: Check = {
  name: "page",
  title: "In a browser, a picture gets its class, and MLflow shows the version with its alias",
  run: async (context) => {
    const version = String((await requireServing(context)).stagingAlias);
    const chromium = await findChromium(context.progress);
    context.see(`browser: ${chromium}`);
    await withBrowser(chromium, async (browser) => {
      await expectClass(context, browser, version);
      await expectVersion(context, browser, version);
    });
  },
};

/** Uploads a picture. What the page shows is held against what the service answers to the same picture. */
async function expectClass(context: CheckContext, browser: Browser, version: string): Promise<void> {
  const { staging } = context.lab;
  const { class: wanted } = await staging.predict(await readFile(FOOD_PICTURE));
  const shown = await openPage(browser, staging.url);
  await waitForText(shown, [version], `model version ${version} at ${staging.url}`);
  // Hidden, as it is behind a button of the page's own.
  const input = await shown.waitForSelector("input[type=file]", { timeout: PATIENCE });
  if (input === null) throw new Error(`the page at ${staging.url} has no field for a file`);
  await input.uploadFile(FOOD_PICTURE);
  await waitForText(shown, [wanted, "%"], `the class ${wanted} with its confidence at ${staging.url}`);
  context.see(`${staging.url}: the picture is shown as ${wanted}`);
  await keep(context, shown, "staging");
}

async function expectVersion(context: CheckContext, browser: Browser, version: string): Promise<void> {
  const { mlflowExternalUrl, registeredModel } = context.lab.outputs;
  const { name, stagingAlias } = registeredModel;
  // The version's own page, which shows no alias but its own.
  const url = `${mlflowExternalUrl}/#/models/${name}/versions/${version}`;
  const shown = await openPage(browser, url);
  await waitForText(
    shown,
    [name, `Version ${version}`, `@ ${stagingAlias}`],
    `version ${version} with the alias ${stagingAlias} at ${url}`,
  );
  context.see(`${url}: version ${version}, ${stagingAlias}`);
  await keep(context, shown, "mlflow");
}

async function openPage(browser: Browser, url: string): Promise<Page> {
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

function textOf(page: Page): Promise<string> {
  return page.evaluate(TEXT) as Promise<string>;
}

async function waitForText(page: Page, words: readonly string[], what: string): Promise<void> {
  const condition = `${JSON.stringify(words)}.every((word) => ${TEXT}.includes(word))`;
  await page.waitForFunction(condition, { timeout: PATIENCE }).catch(async () => {
    throw new CheckFailure({ expected: what, seen: (await textOf(page)).slice(0, 1000) });
  });
}

/** Writes a screenshot where they are wanted. */
async function keep({ screenshots, see }: CheckContext, page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  await mkdir(screenshots, { recursive: true });
  // Bars and pictures may still be moving.
  await new Promise((done) => setTimeout(done, 1500));
  const path = join(resolve(screenshots), `${name}.png`);
  await page.screenshot({ path: path, clip: { x: 0, y: 0, ...WINDOW } });
  see(`screenshot: ${path}`);
}
