import { parse } from "yaml";
import { foundIn } from "../answer";
import { hasSecrets } from "../stack/encryption";
import { askPulumi } from "../stack/stack";
import { stackFileText, stackName } from "../stack/stack-settings";

/** A stack's configuration, as the engine would hand it to the program. */
export interface Settings {
  readonly project: string;
  readonly stack: string;
  /** By full keys; what is not a text is its JSON. */
  readonly values: Readonly<Record<string, string>>;
  /** Full keys of those that are secret. */
  readonly secretKeys: readonly string[];
}

interface Printed {
  readonly value?: string;
  readonly objectValue?: unknown;
  readonly secret?: boolean;
}

/** Reads the stack's settings. Pulumi is asked only where some of them are encrypted. */
export async function stackSettings(): Promise<Settings> {
  const text = await stackFileText();
  const encrypted = hasSecrets(text);
  const entries = encrypted ? await decrypted() : plain(text);
  return {
    project: "gourmetgram",
    stack: stackName,
    values: Object.fromEntries(entries.map(([key, { value }]) => [key, value ?? ""])),
    secretKeys: entries.filter(([, { secret }]) => secret === true).map(([key]) => key),
  };
}

function plain(text: string): [string, Printed][] {
  const file = parse(text) as { config?: Record<string, unknown> } | null;
  return Object.entries(file?.config ?? {}).map(([key, value]) => [
    key,
    { value: typeof value === "string" ? value : JSON.stringify(value) },
  ]);
}

async function decrypted(): Promise<[string, Printed][]> {
  const what = `encrypted settings of Pulumi.${stackName}.yaml`;
  const printed = foundIn(
    await askPulumi(["config", "--json", "--show-secrets", "--stack", stackName]),
    `the ${what}`,
  );
  if (printed === undefined) {
    throw new Error(`there is no stack ${stackName} to read the ${what} with\n  remedy: npm run up`);
  }
  return Object.entries(JSON.parse(printed) as Record<string, Printed>);
}
