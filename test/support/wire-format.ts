/** What travels between a program and the engine, as far as the mocks look at it. */

/** What the tests compare: plain JSON, as it travels to the engine. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** The parts of the engine's registration request that the record is made of. */
export interface RegistrationRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, Plain> } | undefined;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getDeletebeforereplace(): boolean;
  getDeletedwith(): string;
  getReplaceWithList(): string[];
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getCustomtimeouts(): { getCreate(): string; getUpdate(): string; getDelete(): string } | undefined;
}

export interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, Plain> } | undefined;
}

export type Callback = (error: unknown, response: unknown) => void;

/** The mock monitor of the SDK: the typed client it stands in for does not fit its in-process calls. */
export interface MockMonitor {
  registerResource(request: RegistrationRequest, callback: Callback): Promise<void>;
  registerResourceOutputs(request: OutputsRequest, callback: Callback): void;
}

// A secret travels as an object with this key and value, and its content under `value`. Both are part of the
// engine's wire format.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function secretContent(value: Plain): Plain | undefined {
  return isMap(value) && value[SIGNATURE] === SECRET ? (value["value"] ?? null) : undefined;
}

/** The value as a provider would see it: secrets replaced by their content. */
export function unwrapSecrets(value: Plain): Plain {
  const content = secretContent(value);
  if (content !== undefined) {
    return unwrapSecrets(content);
  }
  if (Array.isArray(value)) {
    return value.map(unwrapSecrets);
  }
  return isMap(value)
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unwrapSecrets(each)]))
    : value;
}

/** Paths of the outermost secrets in a value, for example `stringData.uri`. */
export function secretPathsOf(value: Plain, path: readonly string[] = []): string[] {
  if (secretContent(value) !== undefined) {
    return [path.join(".")];
  }
  const entries = isMap(value) || Array.isArray(value) ? Object.entries(value) : [];
  return entries.flatMap(([key, each]) => secretPathsOf(each, [...path, key]));
}

function isMap(value: Plain): value is { [key: string]: Plain } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
