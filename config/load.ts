/** The stack's configuration, read in one place and checked as a whole before anything is created. */
import * as pulumi from "@pulumi/pulumi";
import { brokenRules } from "./rules/rules";
import { isUnset, KEY_NAMES, KEYS, type KeyName, type Values } from "./keys";
import { pulumiCommand, setCommand } from "./pulumi-command";
import { type StackConfig, stackConfig } from "./stack-config";
import { nearest } from "./values/checks";

/**
 * Reads and checks the stack's configuration.
 *
 * @throws pulumi.RunError that lists every problem with the key, the bad value, the reason and the command that fixes
 *   it. Secret values are not shown. Nothing has been created by then.
 */
export function loadConfig(): StackConfig {
  const config = new pulumi.Config();
  const prefix = `${config.name}:`;
  const given = new Map(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, text]) => [key.slice(prefix.length), text] as const)
      .filter(([name, text]) => !isUnset(name, text)),
  );
  const { values, problems, bad } = readAll(given);
  const broken = brokenRules(
    values,
    (key) => given.has(key),
    (key) => !bad.has(key),
  ).map(({ key, reason, fix, example }) =>
    problem(key, given.get(key), reason, fix === "rm" ? rm(key) : set(key, example)),
  );
  const all = [...unknownKeys([...given.keys()]), ...problems, ...broken];
  if (all.length > 0) {
    throw new pulumi.RunError(report(all));
  }
  return stackConfig(values, (key) => (given.has(key) ? config.requireSecret(key) : undefined));
}

/** The cluster as the stack's settings of the Kubernetes provider name it; nothing of it is checked here. */
export function clusterSettings(): {
  readonly kubeconfig: pulumi.Output<string> | undefined;
  readonly context: string | undefined;
} {
  const config = new pulumi.Config("kubernetes");
  return { kubeconfig: config.getSecret("kubeconfig"), context: config.get("context") };
}

/** What is wrong with a key, and the command that fixes it. */
interface Problem {
  readonly text: string;
  readonly fix: string;
}

function readAll(given: ReadonlyMap<string, string>): {
  values: Values;
  problems: Problem[];
  bad: Set<KeyName>;
} {
  const problems: Problem[] = [];
  const bad = new Set<KeyName>();
  const entries = KEY_NAMES.map((name) => {
    const key = KEYS[name];
    const text = given.get(name);
    const parsed = text === undefined ? { value: key.default } : key.parse(text);
    if ("value" in parsed) {
      if (text !== undefined && key.secret && isEncrypted(name) === false) {
        problems.push(problem(name, text, "it is stored in plain text in the stack's file", set(name)));
      }
      return [name, parsed.value];
    }
    bad.add(name);
    const fix = key.type === "array" ? setItem(name, parsed.item) : set(name);
    problems.push(problem(name, text, parsed.problem, fix));
    return [name, key.default];
  });
  return { values: Object.fromEntries(entries) as Values, problems, bad };
}

function unknownKeys(given: readonly string[]): Problem[] {
  return given
    .filter((name) => !Object.hasOwn(KEYS, name))
    .map((name) => {
      const near = nearest(name, KEY_NAMES);
      const hint = near === undefined ? "" : `; did you mean gourmetgram:${near}?`;
      return { text: `unknown configuration key gourmetgram:${name}${hint}`, fix: rm(name) };
    });
}

function problem(name: KeyName, text: string | undefined, reason: string, fix: string): Problem {
  const full = `gourmetgram:${name}`;
  if (text === undefined) {
    return { text: `${full}: ${reason}`, fix };
  }
  if (KEYS[name].secret) {
    return { text: `${full} (secret): ${reason}`, fix };
  }
  // Someone chose to encrypt a value that need not be. Reasons may quote it, so this one stays general.
  if (isEncrypted(name) === true) {
    return { text: `${full} (secret): the value is not valid for this key`, fix };
  }
  // Some addresses are refused because they have a password in them.
  const shown = text.replace(/:\/\/[^/\s]*@/, "://***@");
  return {
    text: `${full} is ${KEYS[name].type === "array" ? shown : JSON.stringify(shown)}: ${reason}`,
    fix,
  };
}

/** The command that sets a key to a valid value. */
function set(name: KeyName, example: string = KEYS[name].example): string {
  // Without a value the command asks for it, so that a secret stays out of the shell's history.
  return KEYS[name].secret
    ? `${pulumiCommand()} config set --secret gourmetgram:${name}`
    : setCommand(name, quoted(example));
}

/** The command that fixes one item of a list. What is not a list has to be removed first. */
function setItem(name: KeyName, item: number | undefined): string {
  return item === undefined
    ? rm(name)
    : `${pulumiCommand()} config set --path ${quoted(`gourmetgram:${name}[${item}]`)} ${quoted(KEYS[name].example)}`;
}

function rm(name: string): string {
  return `${pulumiCommand()} config rm ${quoted(`gourmetgram:${name}`)}`;
}

function report(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map(({ text, fix }) => `  ${text}\n      fix: ${fix}`);
  return `the configuration of the stack ${pulumi.getStack()} has ${count}:\n${lines.join("\n")}`;
}

/** Quotes a word for a POSIX shell where it needs it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a value is encrypted in the stack's file. The engine knows, but the SDK's types leave it out. */
function isEncrypted(name: KeyName): boolean | undefined {
  const runtime = pulumi.runtime as unknown as { isConfigSecret?: (key: string) => boolean };
  return runtime.isConfigSecret?.(`gourmetgram:${name}`);
}
