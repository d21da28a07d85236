/** The stack's configuration, read in one place and checked as a whole before anything is created. */
import * as pulumi from "@pulumi/pulumi";
import { brokenRules } from "./config-rules";
import { isUnset, KEYS, type KeyName, type Values } from "./config-keys";
import { nearest } from "./validation";

/** Everything that a stack can choose, checked and with defaults filled in. Documented in `Pulumi.yaml`. */
export interface LabConfig {
  /** Namespace of MLflow, the workflows and the training runs. @default "gourmetgram-platform" */
  readonly namespace: string;
  /** Storage class of every volume. @default the cluster's default class */
  readonly storageClass: string | undefined;
  /** Host name or IP address under which node ports are reached from outside. @default "localhost" */
  readonly externalHost: string;
  /** Where the built images go. @default a registry of the lab's own */
  readonly registry: LocalRegistryConfig | ExternalRegistryConfig;
  /** Base of the images that the stack builds. @default "python:3.11-slim" */
  readonly pythonBaseImage: string;
  readonly postgres: PostgresConfig;
  readonly mlflow: MlflowConfig;
  readonly argo: ArgoConfig;
  readonly schedule: ScheduleConfig;
  /** Seconds that a training run may take, its container build included. @default 3600 */
  readonly trainingDeadlineSeconds: number;
}

/** The registry in the cluster. */
export interface LocalRegistryConfig {
  readonly kind: "local";
  readonly image: string;
  readonly nodePort: number;
  readonly storage: string;
  readonly pullFrom: "node-port" | "in-cluster";
}

/** A registry that exists already. */
export interface ExternalRegistryConfig {
  readonly kind: "external";
  /** `host[:port][/path]`. */
  readonly address: string;
  /** Left out for a registry that asks nobody. */
  readonly credentials: { readonly username: string; readonly password: pulumi.Output<string> } | undefined;
}

/** The database in the platform namespace. Without a meaning where MLflow has an external one. */
export interface PostgresConfig {
  readonly image: string;
  readonly storage: string;
}

/** MLflow, what it keeps and where, and the way to it. */
export interface MlflowConfig {
  readonly storage: string;
  /** An external database. @default Postgres in the platform namespace */
  readonly databaseUri: pulumi.Output<string> | undefined;
  /** A place in S3 for the artifacts. @default a volume */
  readonly s3: S3Config | undefined;
  readonly exposure: MlflowExposureConfig;
}

/** The way to MLflow from outside the cluster. */
export interface MlflowExposureConfig {
  readonly type: "NodePort" | "LoadBalancer" | "ClusterIP";
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  readonly allowedHosts: readonly string[];
}

/** Artifacts in S3. */
export interface S3Config {
  /** `s3://bucket/path`. */
  readonly root: string;
  /** Address of an S3 service that is not Amazon's. */
  readonly endpoint: string | undefined;
  /** Left out where the pods get their rights in another way. */
  readonly credentials:
    | { readonly accessKeyId: pulumi.Output<string>; readonly secretAccessKey: pulumi.Output<string> }
    | undefined;
}

/** Argo Workflows. */
export interface ArgoConfig {
  readonly mode: "install" | "existing";
  readonly namespace: string;
  readonly images: { readonly controller: string; readonly executor: string; readonly server: string };
  readonly serverNodePort: number;
}

/** When training runs by itself. */
export interface ScheduleConfig {
  readonly cron: string;
  readonly timezone: string;
  readonly suspended: boolean;
}

/**
 * Reads and checks the stack's configuration. The only reader of `pulumi.Config`.
 *
 * @throws pulumi.RunError that lists every problem with the key, the bad value, the reason and the command that mends
 *   it. Secret values are not shown. Nothing has been created by then.
 */
export function loadConfig(): LabConfig {
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
  ).map(({ key, reason, mend, example }) =>
    problem(key, given.get(key), reason, mend === "rm" ? rm(key) : set(key, example)),
  );
  const all = [...unknownKeys([...given.keys()]), ...problems, ...broken];
  if (all.length > 0) {
    throw new pulumi.RunError(report(all));
  }
  return toLabConfig(values, (key) => (given.has(key) ? config.requireSecret(key) : undefined));
}

/** What is wrong with a key, and the command that mends it. */
interface Problem {
  readonly text: string;
  readonly mend: string;
}

function readAll(given: ReadonlyMap<string, string>): {
  values: Values;
  problems: Problem[];
  bad: Set<KeyName>;
} {
  const problems: Problem[] = [];
  const bad = new Set<KeyName>();
  const entries = keyNames().map((name) => {
    const key = KEYS[name];
    const text = given.get(name);
    const parsed = text === undefined ? { value: key.default } : key.parse(text);
    if ("value" in parsed) {
      if (text !== undefined && key.secret && isEncrypted(name) === false) {
        problems.push(problem(name, text, "it stands in plain text in the stack's file", set(name)));
      }
      return [name, parsed.value];
    }
    bad.add(name);
    const mend = key.type === "array" ? setItem(name, parsed.item) : set(name);
    problems.push(problem(name, text, parsed.problem, mend));
    return [name, key.default];
  });
  return { values: Object.fromEntries(entries) as Values, problems, bad };
}

function unknownKeys(given: readonly string[]): Problem[] {
  return given
    .filter((name) => !Object.hasOwn(KEYS, name))
    .map((name) => {
      const near = nearest(name, keyNames());
      const hint = near === undefined ? "" : `; did you mean gourmetgram:${near}?`;
      return { text: `gourmetgram:${name} is no key of this project${hint}`, mend: rm(name) };
    });
}

function problem(name: KeyName, text: string | undefined, reason: string, mend: string): Problem {
  const full = `gourmetgram:${name}`;
  if (text === undefined) {
    return { text: `${full}: ${reason}`, mend };
  }
  if (KEYS[name].secret) {
    return { text: `${full} (secret): ${reason}`, mend };
  }
  // Someone chose to encrypt a value that need not be. Reasons may quote it, so this one stays general.
  if (isEncrypted(name) === true) {
    return { text: `${full} (secret): the value is not one that this key takes`, mend };
  }
  return { text: `${full} is ${KEYS[name].type === "array" ? text : JSON.stringify(text)}: ${reason}`, mend };
}

/** The command that sets a key to a value that would do. */
function set(name: KeyName, example: string = KEYS[name].example): string {
  // Without a value the command asks for it, so that a secret stays out of the shell's history.
  return KEYS[name].secret
    ? `pulumi config set --secret gourmetgram:${name}`
    : `pulumi config set gourmetgram:${name} ${quoted(example)}`;
}

/** The command that mends one item of a list. What is no list at all has to go first. */
function setItem(name: KeyName, item: number | undefined): string {
  return item === undefined
    ? rm(name)
    : `pulumi config set --path ${quoted(`gourmetgram:${name}[${item}]`)} ${quoted(KEYS[name].example)}`;
}

function rm(name: string): string {
  return `pulumi config rm ${quoted(`gourmetgram:${name}`)}`;
}

function report(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "a problem" : `${problems.length} problems`;
  const lines = problems.map(({ text, mend }) => `  ${text}\n      mend it with: ${mend}`);
  return `the configuration of the stack ${pulumi.getStack()} has ${count}:\n${lines.join("\n")}`;
}

/** Quotes a word for a POSIX shell where it needs it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Whether a value is encrypted in the stack's file. The engine tells, but the SDK keeps that out of its types. */
function isEncrypted(name: KeyName): boolean | undefined {
  const runtime = pulumi.runtime as unknown as { isConfigSecret?: (key: string) => boolean };
  return runtime.isConfigSecret?.(`gourmetgram:${name}`);
}

function keyNames(): KeyName[] {
  return Object.keys(KEYS) as KeyName[];
}

function toLabConfig(v: Values, secret: (key: KeyName) => pulumi.Output<string> | undefined): LabConfig {
  const password = secret("externalRegistryPassword");
  const accessKeyId = secret("mlflowS3AccessKeyId");
  const secretAccessKey = secret("mlflowS3SecretAccessKey");
  const username = v.externalRegistryUsername;
  return {
    namespace: v.namespace,
    storageClass: v.storageClass,
    externalHost: v.externalHost,
    registry:
      v.externalRegistry === undefined
        ? {
            kind: "local",
            image: v.registryImage,
            nodePort: v.registryNodePort,
            storage: v.registryStorage,
            pullFrom: v.registryPullFrom,
          }
        : {
            kind: "external",
            address: v.externalRegistry,
            credentials:
              username === undefined || password === undefined ? undefined : { username, password },
          },
    pythonBaseImage: v.pythonBaseImage,
    postgres: { image: v.postgresImage, storage: v.postgresStorage },
    mlflow: {
      storage: v.mlflowStorage,
      databaseUri: secret("mlflowDatabaseUri"),
      s3:
        v.mlflowArtifactRoot === undefined
          ? undefined
          : {
              root: v.mlflowArtifactRoot,
              endpoint: v.mlflowS3Endpoint,
              credentials:
                accessKeyId === undefined || secretAccessKey === undefined
                  ? undefined
                  : { accessKeyId, secretAccessKey },
            },
      exposure: {
        type: v.mlflowServiceType,
        nodePort: v.mlflowNodePort,
        externalIps: v.mlflowExternalIps,
        allowedHosts: v.mlflowAllowedHosts,
      },
    },
    argo: {
      mode: v.argo,
      namespace: v.argoNamespace,
      images: {
        controller: v.argoControllerImage,
        executor: v.argoExecutorImage,
        server: v.argoServerImage,
      },
      serverNodePort: v.argoServerNodePort,
    },
    schedule: { cron: v.schedule, timezone: v.scheduleTimezone, suspended: v.scheduleSuspended },
    trainingDeadlineSeconds: v.trainingDeadlineSeconds,
  };
}
