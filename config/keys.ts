/**
 * The stack's configuration keys: type, default and check of each. `Pulumi.yaml` declares the same for people and for
 * the engine; a unit test compares the two.
 */
import { PLATFORMS } from "./platform";
import { CPU_INDEX } from "./torch-index";
import * as check from "./checks";

/** How a key is read. `T` is what the program gets. */
export interface Key<T> {
  /** The type that `Pulumi.yaml` declares. */
  readonly type: "string" | "integer" | "boolean" | "array";
  /** Of an array: the type of its items that `Pulumi.yaml` declares. */
  readonly items?: "string" | "integer";
  /** What the program gets where the stack sets nothing. */
  readonly default: T;
  /** A good value, for the command that mends a bad one. */
  readonly example: string;
  /** Whether the value has to be encrypted in the stack's file. */
  readonly secret: boolean;
  /** Reads the text that the engine hands over. */
  readonly parse: (text: string) => Parsed<T>;
}

/** A key's value, or what is wrong with it. */
export type Parsed<T> = { readonly value: T } | BadValue;

/** What is wrong with a value. */
export interface BadValue {
  readonly problem: string;
  /** Of a list: the first item that is wrong. */
  readonly item?: number;
}

/** All keys, without the project's prefix. What each means is said in `Pulumi.yaml`. */
export const KEYS = {
  scope: choice(["lab", "base", "student"], "lab"),
  student: optional(check.studentName, "alice"),
  baseStack: optional(check.stackName, "dev-base"),
  size: choice(["small", "medium", "large"], "medium"),
  budgetCpu: optional(check.cpuQuantity, "4"),
  budgetMemory: optional(check.quantity, "8Gi"),
  budgetStorage: optional(check.quantity, "20Gi"),
  studentTokenDays: integer(120, check.integerBetween(1, 365)),
  keepData: flag(false),
  namespace: text("gourmetgram-platform", check.namespaceName),
  storageClass: optional(check.dnsSubdomain, "standard"),
  externalHost: text("localhost", check.host),
  registryNodePort: nodePort(30500),
  registryStorage: text("10Gi", check.quantity),
  registryPullFrom: choice(["node-port", "in-cluster"], "node-port"),
  registryPushAddress: optional(check.registryAddress, "localhost:30500"),
  registryPullAddress: optional(check.registryAddress, "registry.example.org:5000"),
  externalRegistry: optional(check.registryAddress, "registry.example.org/team"),
  externalRegistryInCluster: optional(check.registryAddress, "kind-registry:5000"),
  externalRegistryPlainHttp: flag(false),
  externalRegistryUsername: optional(() => undefined, "builder"),
  externalRegistryPassword: secret(() => undefined),
  pythonBaseImage: text("python:3.11-slim", check.imageReference),
  torchIndexUrl: optional(check.packageIndex, CPU_INDEX),
  platform: optionalChoice(PLATFORMS, "linux/amd64"),
  registryImage: text("docker.io/library/registry:3.0.0", check.imageReference),
  postgresImage: text("docker.io/library/postgres:17.6", check.imageReference),
  argoControllerImage: text("quay.io/argoproj/workflow-controller:v3.7.18", check.imageReference),
  argoExecutorImage: text("quay.io/argoproj/argoexec:v3.7.18", check.imageReference),
  argoServerImage: text("quay.io/argoproj/argocli:v3.7.18", check.imageReference),
  registryGuardImage: text("docker.io/nginxinc/nginx-unprivileged:1.29.3", check.imageReference),
  mlflowServiceType: choice(["NodePort", "LoadBalancer", "ClusterIP"], "NodePort"),
  mlflowNodePort: nodePort(30800),
  mlflowExternalIps: list(check.ipAddress, "203.0.113.7"),
  mlflowAllowedHosts: list(check.hostPattern, "mlflow.example.org"),
  mlflowStorage: text("10Gi", check.quantity),
  mlflowDatabaseUri: secret(check.databaseUri),
  mlflowArtifactRoot: optional(check.s3Uri, "s3://bucket/mlflow"),
  mlflowS3Endpoint: optional(check.httpUrl, "https://s3.example.org"),
  mlflowS3AccessKeyId: secret(() => undefined),
  mlflowS3SecretAccessKey: secret(() => undefined),
  postgresStorage: text("5Gi", check.quantity),
  argo: choice(["install", "existing"], "install"),
  argoNamespace: text("argo", check.namespaceName),
  argoServerNodePort: nodePort(30746),
  namespaceParallelism: integer(50, check.integerBetween(2, 1000)),
  apiServerAddresses: list(check.addressBlock, "10.0.0.1/32"),
  apiServerPorts: integers([443, 6443], check.integerBetween(1, 65_535)),
  schedule: text("0 2 * * *", check.cron),
  scheduleTimezone: text("UTC", check.timeZone),
  scheduleSuspended: flag(false),
  scheduleSpreadMinutes: integer(60, check.integerBetween(0, 720)),
  stagingNamespace: text("gourmetgram-staging", check.namespaceName),
  stagingNodePort: nodePort(30081),
  buildNamespace: text("gourmetgram-build", check.namespaceName),
  buildkitImage: text("docker.io/moby/buildkit:v0.26.3-rootless", check.imageReference),
  buildkitMode: choice(["rootless", "userns", "privileged"], "rootless"),
  buildCacheStorage: text("20Gi", check.quantity),
  appRepositoryUrl: optional(check.httpUrl, "https://git.example.org/team/gourmetgram.git"),
  appRepositoryBranch: text("main", check.gitBranch),
  appRepositoryUsername: optional(() => undefined, "builder"),
  appRepositoryPassword: secret(() => undefined),
  appRepositoryNodePort: nodePort(30300),
  appRepositoryStorage: text("1Gi", check.quantity),
  gitServerBaseImage: text("debian:bookworm-slim", check.imageReference),
  trainingDeadlineSeconds: integer(3600, check.integerBetween(900, 604_800)),
} as const satisfies Record<string, Key<unknown>>;

/** The name of a key. */
export type KeyName = keyof typeof KEYS;

/** What each key's value is once read. */
export type Values = {
  [Name in KeyName]: (typeof KEYS)[Name] extends Key<infer T> ? T : never;
};

/**
 * Whether a value means that the key is not set. The engine insists on a value for every declared key, so the optional
 * ones are declared with an empty one.
 */
export function isUnset(name: string, value: string): boolean {
  return value === "" && Object.hasOwn(KEYS, name) && KEYS[name as KeyName].default === undefined;
}

function text(fallback: string, checked: check.Check): Key<string> {
  const parse = (value: string) => parsed(value, checked(value));
  return { type: "string", default: fallback, example: fallback, secret: false, parse };
}

/** A string that may be left out. */
function optional(checked: check.Check, example: string): Key<string | undefined> {
  const parse = (value: string) => parsed(value, checked(value));
  return { type: "string", default: undefined, example, secret: false, parse };
}

function secret(checked: check.Check): Key<string | undefined> {
  return { ...optional(checked, ""), secret: true };
}

function choice<const Word extends string>(words: readonly Word[], fallback: NoInfer<Word>): Key<Word> {
  const checked = check.oneOf(words);
  const parse = (value: string) => parsed(value as Word, checked(value));
  return { type: "string", default: fallback, example: fallback, secret: false, parse };
}

/** One of a few words, which may be left out. */
function optionalChoice<const Word extends string>(
  words: readonly Word[],
  example: NoInfer<Word>,
): Key<Word | undefined> {
  return { ...choice(words, example), default: undefined, example };
}

function integer(fallback: number, checked: check.Check<number>): Key<number> {
  // Not parseFloat, which takes "30500x" for a number.
  const parse = (value: string) => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    return parsed(number, checked(number));
  };
  return { type: "integer", default: fallback, example: String(fallback), secret: false, parse };
}

function nodePort(fallback: number): Key<number> {
  return integer(fallback, check.integerBetween(check.NODE_PORT_MIN, check.NODE_PORT_MAX));
}

function flag(fallback: boolean): Key<boolean> {
  const checked = check.oneOf(["true", "false"]);
  const parse = (value: string) => parsed(value === "true", checked(value));
  return { type: "boolean", default: fallback, example: String(fallback), secret: false, parse };
}

function list(checked: check.Check, example: string): Key<readonly string[]> {
  const isItem = (item: unknown) => typeof item === "string";
  const parse = (value: string) => parseList(value, isItem, checked, "a list of strings is wanted");
  return { type: "array", items: "string", default: [], example, secret: false, parse };
}

/** Whole numbers, at least one. */
function integers(fallback: readonly number[], checked: check.Check<number>): Key<readonly number[]> {
  const isItem = (item: unknown) => typeof item === "number";
  const problem = "expected a list of whole numbers, at least one";
  const parse = (value: string): Parsed<readonly number[]> => {
    const parsedList = parseList(value, isItem, checked, problem);
    return "value" in parsedList && parsedList.value.length === 0 ? { problem } : parsedList;
  };
  return {
    type: "array",
    items: "integer",
    default: fallback,
    example: String(fallback[0]),
    secret: false,
    parse,
  };
}

function parseList<Item>(
  value: string,
  isItem: (item: unknown) => boolean,
  checked: check.Check<Item>,
  expected: string,
): Parsed<readonly Item[]> {
  let items: unknown;
  try {
    items = JSON.parse(value);
  } catch {
    items = undefined;
  }
  if (!Array.isArray(items) || !items.every((item): item is Item => isItem(item))) {
    return { problem: expected };
  }
  const problems = items.map((item) => checked(item));
  const bad = items.flatMap((item, index) =>
    problems[index] === undefined ? [] : [`${String(item)}: ${problems[index]}`],
  );
  return bad.length === 0
    ? { value: items }
    : { problem: bad.join("; "), item: problems.findIndex((problem) => problem !== undefined) };
}

function parsed<T>(value: T, problem: string | undefined): Parsed<T> {
  return problem === undefined ? { value } : { problem };
}
