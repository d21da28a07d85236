import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { launch, type Browser } from "puppeteer-core";
import { run } from "../../machine/run";

/** Names under which Chromium, or what is made of it, is on the PATH. */
const PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/** Where macOS has it, which puts nothing on the PATH. */
const MAC_PROGRAMS = ["Google Chrome", "Chromium"].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);
/** Of Debian. */
const PACKAGE = "chromium";

/** Size of the window, and so of a screenshot, in CSS pixels. */
export const WINDOW = { width: 1280, height: 860 } as const;

/**
 * Finds a browser: the one that GOURMETGRAM_CHROMIUM names, one on the PATH or among macOS' applications, or Debian's, which is installed where
 * that is possible.
 *
 * @throws Error with a remedy if there is none
 */
export async function findChromium(progress: (line: string) => void): Promise<string> {
  const named = process.env["GOURMETGRAM_CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named)) throw new Error(`GOURMETGRAM_CHROMIUM is ${named}, which is not there`);
    return named;
  }
  const found = onPath(process.env["PATH"] ?? "") ?? MAC_PROGRAMS.find(existsSync);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(
      "there is no Chromium on the PATH\n  remedy: install one, or name one with GOURMETGRAM_CHROMIUM",
    );
  }
  progress(`installing Debian's package ${PACKAGE}`);
  const apt = (args: string[]): Promise<string> =>
    run("apt-get", ["-o", "DPkg::Lock::Timeout=600", "-y", ...args], {
      log: "debian-packages",
      report: progress,
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
  await apt(["update"]);
  // Without fonts of its own, Chromium draws boxes in place of letters.
  await apt(["install", "--no-install-recommends", PACKAGE, "fonts-dejavu-core"]);
  return `/usr/bin/${PACKAGE}`;
}

/** The first of the known programs in the folders of a PATH. */
export function onPath(path: string): string | undefined {
  const isProgram = (file: string): boolean => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/**
 * Starts a headless browser for some work, and ends it afterwards. It takes the certificates of the lab's servers, which
 * are their own.
 */
export async function withBrowser<T>(
  executablePath: string,
  work: (browser: Browser) => Promise<T>,
): Promise<T> {
  const browser = await launch({
    executablePath,
    headless: true,
    acceptInsecureCerts: true,
    defaultViewport: { ...WINDOW, deviceScaleFactor: 1 },
    args: [
      // Chromium refuses to run as root inside its own sandbox. It is shown pages of the lab only.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      // Containers have little shared memory.
      "--disable-dev-shm-usage",
      // Letters with colored edges make screenshots larger.
      "--disable-lcd-text",
      // The lab is on this machine, or in a network that is reached directly.
      "--no-proxy-server",
    ],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
