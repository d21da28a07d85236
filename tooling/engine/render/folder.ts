import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { loadProgram } from "../program";
import { engineIsInstalled } from "../engine";
import { stackExists, stateOfStack } from "../stack/stack";
import { type Rendered, render as renderManifests } from "./manifests";
import { readMe, TITLE } from "./read-me";
import { stackSettings } from "./settings";
import { declaredBy } from "./stand-in-engine";
import { NO_STATE, type StateValues, stateValues } from "./state-values";
import { stackName } from "../stack/stack-settings";

/** A rendering is about the stack alone. */
const noCluster = () => Promise.resolve(undefined);
const README = "README.md";
const MANIFEST = /^\d\d-.*\.yaml$/;

/**
 * Writes the stack's Kubernetes objects to a folder, one a file, in the order in which they are applied. Needs no
 * cluster; of a stack that is up, images have the digests that run.
 *
 * @throws Error if the folder has files of someone else's, or the program refuses its configuration
 */
export async function writeManifests(folder: string): Promise<Rendered> {
  const target = resolve(folder);
  await clear(target);
  const state = await knownState();
  const declared = await declaredBy(
    async () => (await loadProgram())(noCluster),
    await stackSettings(),
    state,
  );
  const rendered = renderManifests(declared);
  for (const { file, text } of rendered.files) await writeFile(join(target, file), text);
  await writeFile(join(target, README), readMe(rendered, stackName));
  return rendered;
}

async function knownState(): Promise<StateValues> {
  if (!engineIsInstalled() || !(await stackExists())) return NO_STATE;
  const exported = await stateOfStack();
  return exported === undefined ? NO_STATE : stateValues(exported);
}

/** Makes the folder, or takes an earlier rendering out of it. */
async function clear(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = readdirSync(folder);
  if (files.length === 0) return;
  const page = join(folder, README);
  const own = existsSync(page) && readFileSync(page, "utf8").startsWith(`${TITLE}\n`);
  const foreign = own ? files.filter((file) => file !== README && !MANIFEST.test(file)) : files;
  if (foreign.length > 0) {
    throw new Error(
      `${folder} has files that this command did not write: ${foreign.slice(0, 3).join(", ")}\n` +
        "  remedy: name a new or empty folder",
    );
  }
  for (const file of files) await rm(join(folder, file));
}
