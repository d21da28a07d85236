import type { Browser, Page } from "puppeteer-core";
import { reasonOf } from "../../live/api-clients";
import { CheckFailure } from "../suite/expect";
import { PATIENCE, textOf, waitForText } from "./browser-page";

// Scripts are given as text: functions would be compiled for Node, and run in the browser.

/** Keeps what comes in over the page's log streams: the official image draws its log as a picture. */
const KEEP_LOGS = `
globalThis.receivedLog = "";
const Real = EventSource;
globalThis.EventSource = class extends Real {
  constructor(...args) {
    super(...args);
    if (String(args[0]).includes("/log?")) this.addEventListener("message", ({ data }) => { receivedLog += data + "\\n"; });
  }
};
`;

/** Fetches the page's files and those that they name in turn, and tells which have another type than they should. */
const FILES = String.raw`(async () => {
  const types = { js: "javascript", json: "json", png: "image/png", ico: "image/", svg: "image/svg", eot: "fontobject" };
  const waiting = [...document.querySelectorAll("script[src], link[rel=icon]")].map((each) => each.src ?? each.href);
  const seen = new Map();
  while (waiting.length > 0) {
    const url = waiting.pop();
    if (seen.has(url)) continue;
    const answer = await fetch(url);
    const type = answer.headers.get("content-type") ?? "no type";
    const text = await answer.text();
    const { pathname } = new URL(url);
    const isRight = answer.ok && type.includes(types[pathname.split(".").at(-1)] ?? "font/");
    seen.set(url, isRight ? "" : pathname + ": " + answer.status + " " + type);
    if (!pathname.endsWith(".js")) continue;
    // As the lab's build names them; the official one puts such names together.
    for (const [, name] of text.matchAll(/["'(](?:\.\/)?(chunk-[\w-]+\.js|\w+\.worker\.js|codicon\.ttf|assets\/[\w/.-]+\.\w+)[?#"')]/g)) {
      waiting.push(new URL(name, document.baseURI).href);
    }
  }
  return [...seen.values()];
})()`;

/** Entries of the bar at the left, which shows their names under the mouse only: icon, and path of the page. */
const MENU = {
  Workflows: ["fa-stream", "/workflows"],
  "Workflow Templates": ["fa-window-maximize", "/workflow-templates"],
  "Cron Workflows": ["fa-clock", "/cron-workflows"],
  "Workflow Event Bindings": ["fa-link", "/workflow-event-bindings"],
} as const;

/** Argo's dashboard in a browser, as somebody uses it. What goes wrong meanwhile is kept. */
export class DashboardPage {
  private readonly wrong: string[] = [];
  private loggedIn = false;

  private constructor(
    readonly page: Page,
    private readonly url: string,
  ) {}

  /** Opens it, and logs in with a token. */
  static async open(browser: Browser, url: string, token: string): Promise<DashboardPage> {
    const page = await browser.newPage();
    const shown = new DashboardPage(page, url);
    shown.listen();
    page.setDefaultTimeout(PATIENCE);
    await page.evaluateOnNewDocument(KEEP_LOGS);
    await shown.show("login");
    await shown.wait('document.querySelector("#token") !== null', "a box for a token at the login");
    // Typing a token takes a second for each hundred letters.
    await page.type("#token", "Bearer ");
    await page.evaluate(`document.querySelector("#token").focus()`);
    await page.keyboard.sendCharacter(token);
    await page.evaluate(
      `document.querySelector("#token").closest(".columns").querySelector(".argo-button").click()`,
    );
    await shown.wait('!location.pathname.endsWith("/login")', "another page than the login after it");
    shown.loggedIn = true;
    return shown;
  }

  /** Shows a page of it. */
  async show(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.url).href, { waitUntil: "load", timeout: PATIENCE });
  }

  /** Shows a page by the bar at the left. */
  async menu(entry: keyof typeof MENU): Promise<void> {
    const [icon, path] = MENU[entry];
    // Until the page knows the namespace, no entry is the current one, and each leads to all namespaces.
    await this.wait('document.querySelector(".nav-bar__item.active") !== null', "the bar at the left");
    await this.clickOn(
      `${all(".nav-bar__item")}.find((each) => each.querySelector(".${icon}") !== null)`,
      `${entry} in the bar at the left`,
    );
    const isThere = `[location.pathname, location.pathname + "/"].some((each) => each.startsWith("${path}/"))`;
    await this.wait(isThere, `the page ${entry}`);
  }

  /** Clicks the link to a path. */
  async follow(path: string): Promise<void> {
    await this.clickOn(
      `${all("a")}.find((each) => each.pathname === ${JSON.stringify(path)})`,
      `a link to ${path}`,
    );
  }

  /** Clicks the button of that text, however a style sheet shows it. */
  async click(button: string, within = "body"): Promise<void> {
    await this.clickOn(withText(`${within} button`, button), `a button ${button}`);
  }

  /** Opens the tab of that title. */
  async clickTab(title: string): Promise<void> {
    await this.clickOn(withText(".tabs__nav a, .tabs__nav-item", title), `a tab ${title}`);
  }

  /**
   * Clicks one of the links of a run's page.
   *
   * @returns the address to which it leads
   */
  async clickLink(name: string): Promise<string> {
    // A run's page puts what it shows behind its address.
    const page = "location.origin + location.pathname";
    const before = await this.page.evaluate(page);
    await this.click(name, ".top-bar");
    await this.wait(`${page} !== ${JSON.stringify(before)}`, `another page by the link ${name}`);
    return this.page.url();
  }

  /** The links that every run's page has, as they are configured: address by name. */
  async links(): Promise<ReadonlyMap<string, string>> {
    const links = (await this.page.evaluate(
      `fetch("/api/v1/info").then((answer) => answer.json()).then(({ links }) => links ?? [])`,
    )) as { name: string; url: string }[];
    return new Map(links.map(({ name, url }) => [name, url]));
  }

  /** Waits until a run's page has the run: before, its links lead nowhere. */
  async waitForGraph(timeout = PATIENCE): Promise<void> {
    await this.wait(
      "document.querySelectorAll('svg .node').length > 0",
      "the first node of the graph",
      timeout,
    );
  }

  /** The labels of the run's graph. */
  nodes(): Promise<string[]> {
    return this.page.evaluate(`${NODES}.map(([label]) => label)`) as Promise<string[]>;
  }

  /** Waits until a node of the run's graph is there, in one of these phases if there are any, and clicks it. */
  async clickNode(label: string, phases: readonly string[] = [], timeout = PATIENCE): Promise<void> {
    const found = `${NODES}.find(([each]) => each === ${JSON.stringify(label)})?.[1]`;
    if (phases.length > 0) {
      const is = `${JSON.stringify(phases)}.some((phase) => ${found}?.classList.contains(phase))`;
      await this.wait(is, `a node ${label} in the graph, ${phases.join(" or ")}`, timeout);
    }
    await this.clickOn(found, `a node ${label} in the graph`);
  }

  /** Waits until a node's tables have a value beside a name. */
  async waitForValue(name: string, value: string): Promise<void> {
    const cells = all(".workflow-details__attribute-grid > div");
    const is = `${cells}.some((each) =>
      each.textContent.trim() === ${JSON.stringify(name)} &&
      each.nextElementSibling?.textContent.trim() === ${JSON.stringify(value)})`;
    await this.wait(is, `${value} beside ${name}`);
  }

  /**
   * Waits until what matches is in the log panel.
   *
   * @param pattern Source of a regular expression.
   * @param near The same, of what may be all that is to be seen when it has come in: later lines move it upwards.
   * @returns what matches
   */
  async waitForLog(pattern: string, near: string, timeout: number): Promise<string> {
    await this.wait(`/${pattern}/.test(receivedLog)`, `/${pattern}/ in the log that came in`, timeout);
    // Where the log is made of elements, what came in is what is to be seen.
    const rows = `document.querySelector(".xterm-rows")`;
    await this.wait(
      String.raw`${rows} === null || /${pattern}|${near}/.test(${rows}.textContent.replace(/\s/g, " "))`,
      `/${pattern}|${near}/ in the panel of the log`,
    );
    return (await this.page.evaluate(`/${pattern}/.exec(receivedLog)[0]`)) as string;
  }

  /** @throws CheckFailure if the condition, a script's text, does not become true in time */
  async wait(condition: string, what: string, timeout = PATIENCE): Promise<void> {
    await this.page.waitForFunction(condition, { timeout }).catch(async () => {
      const seen = `${this.page.url()}: ${(await textOf(this.page)).slice(0, 500)}`;
      throw new CheckFailure({ expected: what, seen, look: this.wrong });
    });
  }

  waitForText(...words: string[]): Promise<void> {
    return waitForText(this.page, words, `${words.join(", ")} at ${this.page.url()}`);
  }

  /**
   * Fetches every file of the dashboard that can be found from its page.
   *
   * @returns how many there are
   * @throws CheckFailure if one is missing, for which the server answers with its page, or has another type
   */
  async expectFiles(): Promise<number> {
    const files = (await this.page.evaluate(FILES)) as string[];
    const wrong = files.filter((each) => each !== "");
    if (wrong.length > 0) {
      throw new CheckFailure({
        expected: "every file of the dashboard, with its type",
        seen: wrong.join(", "),
      });
    }
    return files.length;
  }

  /** @throws CheckFailure if something was refused or went wrong since the login */
  expectNothingWrong(): void {
    if (this.wrong.length > 0) {
      throw new CheckFailure({
        expected: "no error and no refusal on any page",
        seen: this.wrong.join("\n"),
      });
    }
  }

  /** @param found A script's expression; the element or undefined. */
  private async clickOn(found: string, what: string): Promise<void> {
    await this.wait(`(${found} ?? null) !== null`, what);
    // A node of the graph is no HTML element, which alone have a method for it.
    await this.page.evaluate(
      `${found}.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }))`,
    );
  }

  private listen(): void {
    const own = new URL(this.url).origin;
    const note = (line: string): void => {
      // Before the login, the page asks who is there and is refused. Links lead to other servers.
      const counts = this.loggedIn || line.includes("Content Security Policy");
      if (counts && this.page.url().startsWith(own)) this.wrong.push(`${this.page.url()}: ${line}`);
    };
    this.page.on("pageerror", (error) => note(reasonOf(error)));
    this.page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) note(message.text());
    });
    this.page.on("response", (answer) => {
      if (answer.status() >= 400) note(`${answer.url()} answered ${answer.status()}`);
    });
  }
}

const all = (selector: string): string => `[...document.querySelectorAll(${JSON.stringify(selector)})]`;

const withText = (selector: string, text: string): string =>
  `${all(selector)}.find((each) => each.textContent.trim().toLowerCase() === ${JSON.stringify(text.toLowerCase())})`;

/** Label and element of each node: its title is `ID (LABEL)`, and the element that takes the click follows. */
const NODES = String.raw`[...document.querySelectorAll("svg g > title")].map((title) => [title.textContent.trim().replace(/^\S+ \((.*)\)$/s, "$1"), title.nextElementSibling])`;
