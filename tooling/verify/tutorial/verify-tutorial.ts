/** Runs the commands of the tutorial as they are printed, and compares what one sees with what the pages say. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { LabOutputs } from "../../../stacks";
import { findLab, pushPassword } from "../../engine/stack/live-lab";
import { answersAt } from "../../live/addresses/reach";
import { checkout } from "../../machine/paths";
import { beforeStart, messageOf, NotStarted } from "../../support/errors";
import { finishing, interruption } from "../../support/interruption";
import { tellData } from "../../support/output";
import { closingText, countsOf, exitCodeOf, type Result } from "../suite/report";
import { type PageCommand, toRun } from "./commands";
import { elsewhere, unrun } from "./elsewhere";
import { EXAMPLES, expectedCodes, OWN_NAMES } from "./outcomes";
import { tutorialCommands } from "./pages";
import { keepLab } from "./restore";
import { Shell } from "./shell";
import { compare } from "./shown";

export interface TutorialOptions {
  /** Names of pages. @default all */
  only?: string[];
  /** Names the commands and ends. */
  list?: boolean;
}

/** Lines of what was printed that a failure shows. */
const SHOWN = 40;

/** Runs the tutorial. Exit code 1 if a command does not do what its page says. */
export async function verifyTutorial({ only, list }: TutorialOptions): Promise<void> {
  const commands = chosen(only);
  if (list === true) {
    tellData({ commands: commands.map(({ page, line, text }) => ({ page, line, command: text })) });
    for (const command of commands)
      console.log(`${placeOf(command)}  ${firstLine(command)}${byWhom(command)}`);
    return;
  }
  tellData({ ...countsOf([]), commands: [] });
  const { outputs, password } = await beforeStart(openLab);
  const results = await finishing(() =>
    Shell.with(password, interruption, async (shell) => {
      const putBack = await keepLab(outputs, shell);
      const found: Result[] = [];
      try {
        await runAll(commands, shell, found);
      } finally {
        await putBack().catch((error: unknown) => {
          found.push(
            resultOf("the lab as it was", "what the tutorial has changed is put back", messageOf(error)),
          );
        });
      }
      return found;
    }),
  );
  tellData({ ...countsOf(results), commands: results });
  console.log(`\n${closingText(results)}`);
  process.exitCode = exitCodeOf(results);
}

/** @throws NotStarted if there is no such page */
function chosen(only: readonly string[] | undefined): PageCommand[] {
  const commands = toRun(tutorialCommands());
  const nameOf = ({ page }: PageCommand): string => basename(page, ".md");
  const names = [...new Set(commands.map(nameOf))];
  const unknown = (only ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new NotStarted(
      `the tutorial has no page ${unknown.join(", ")} with commands; it has ${names.join(", ")}\n` +
        "  remedy: npm run verify:tutorial -- --list names the commands of each",
    );
  }
  return only === undefined ? commands : commands.filter((command) => only.includes(nameOf(command)));
}

/** @throws Error with a remedy if there is no lab at the addresses that the pages have */
async function openLab(): Promise<{ outputs: LabOutputs; password: string }> {
  const { outputs } = await findLab();
  const password = await pushPassword();
  const { mlflowExternalUrl, argoServerUrl, appRepository, staging } = outputs;
  const addresses = {
    [mlflowExternalUrl]: "http://localhost:30800",
    [argoServerUrl]: "https://localhost:30746",
    [appRepository.externalUrl]: "http://localhost:30300/gourmetgram.git",
    [staging.externalUrl]: "http://localhost:30081",
  };
  const other = Object.entries(addresses).find(([seen, printed]) => seen !== printed);
  const serves = await Promise.all(
    [mlflowExternalUrl, argoServerUrl, appRepository.externalUrl].map(answersAt),
  );
  if (other !== undefined || serves.includes(false) || password === null) {
    throw new Error(
      "the tutorial's commands have the addresses of the kind cluster on this machine, and the lab is not at them" +
        `${other === undefined ? "" : `: ${other[0]} in place of ${other[1]}`}\n` +
        "  remedy: run it on a lab that npm run up has stood up without settings of its own",
    );
  }
  return { outputs, password };
}

async function runAll(commands: readonly PageCommand[], shell: Shell, found: Result[]): Promise<void> {
  const id = randomBytes(4).toString("hex");
  const values = new Map(OWN_NAMES.map((name) => [name, `${name}-${id}`]));
  let page = "";
  for (const command of commands) {
    interruption.throwIfAborted();
    if (command.page !== page) {
      console.log(`\n${command.page}`);
      await shell.begin();
    }
    page = command.page;
    const begun = Date.now();
    const message = await carryOut(command, shell, values);
    const seconds = Math.round((Date.now() - begun) / 100) / 10;
    found.push(resultOf(placeOf(command), firstLine(command), message, seconds));
    const standing = message === null ? "ok    " : "FAILED";
    console.log(`${standing} ${command.line}: ${firstLine(command)}, ${seconds} s${byWhom(command)}`);
  }
}

/** @returns what is wrong; `null` if nothing is */
async function carryOut(
  command: PageCommand,
  shell: Shell,
  values: Map<string, string>,
): Promise<string | null> {
  const other = elsewhere(command);
  if (other !== undefined) return unrun(other, readFileSync(join(checkout, ".ci/run"), "utf8"));
  const withValues = (line: string): string =>
    [...values].reduce((text, [example, value]) => text.replaceAll(example, value), line);
  const text = withValues(command.text);
  const { code, printed } = await shell.run(text);
  const codes = expectedCodes(command.text);
  const end = printed.trimEnd().split("\n").slice(-SHOWN).join("\n");
  if (code === undefined || !codes.includes(code)) {
    return `expected: exit code ${codes.join(" or ")} of ${text}\nseen:     ${code ?? "none"}\n${end}`;
  }
  const comparison = compare(command.shown.map(withValues), printed, EXAMPLES);
  if (!comparison.same) return `expected: ${comparison.missing}\nseen:\n${end}`;
  for (const [example, value] of comparison.values) values.set(example, value);
  return null;
}

function resultOf(name: string, title: string, message: string | null, seconds = 0): Result {
  return { name, title, passed: message === null, seconds, evidence: [], message };
}

const placeOf = ({ page, line }: PageCommand): string => `${page}:${line}`;
const firstLine = ({ text }: PageCommand): string => text.split("\n").join(" ").replace(/\\ +/g, "");

/** For a command that is not run here. */
function byWhom(command: PageCommand): string {
  const other = elsewhere(command);
  if (other === undefined) return "";
  return other.by === undefined ? ` (${other.why})` : ` (run by .ci/run as ${other.by}: ${other.why})`;
}
