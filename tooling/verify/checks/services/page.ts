import { readFile } from "node:fs/promises";
import type { Browser } from "puppeteer-core";
import { findChromium, withBrowser } from "../../clients/browser";
import { keep, openPage, PATIENCE, waitForText } from "../../clients/browser-page";
import { type Check, type CheckContext } from "../../suite/check";
import { FOOD_PICTURE } from "../../runs/food";
import { requireServing } from "../../runs/lessons";

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
