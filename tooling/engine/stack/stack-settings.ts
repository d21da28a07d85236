import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { embeddedSettings } from "./embedded-settings";
import { clusterRecord } from "../../machine/cluster-record";
import { checkout } from "../../machine/paths";
import { decideImages } from "../../machine/reach";

const CLUSTER_KEYS = ["kubernetes:kubeconfig", "kubernetes:context"];

type StackFile = { readonly config?: Readonly<Record<string, unknown>> | null } | null;

/** A stack's own name, without the organization and project that Pulumi Cloud puts before it. */
export const shortName = (stack: string): string => stack.split("/").at(-1) ?? stack;

const fileOf = (stack: string): string => join(checkout, `Pulumi.${shortName(stack)}.yaml`);

const configOf = (file: string): Readonly<Record<string, unknown>> =>
  existsSync(file) ? ((parse(readFileSync(file, "utf8")) as StackFile)?.config ?? {}) : {};

const namesCluster = (config: Readonly<Record<string, unknown>>): boolean =>
  CLUSTER_KEYS.some((key) => config[key] !== undefined);

/** The stack where nobody names one: `dev` if its file names a cluster, else the embedded lab's. */
export const defaultStack = (dev: Readonly<Record<string, unknown>>): string =>
  namesCluster(dev) ? "dev" : "embedded";

/**
 * The stack that `up` and its sisters work on.
 *
 * @default the environment variable GOURMETGRAM_STACK, else {@link defaultStack}
 */
export const stackName = process.env["GOURMETGRAM_STACK"] ?? defaultStack(configOf(fileOf("dev")));

/** The stack's file in the checkout, which holds what the user has set. */
export const stackFile = fileOf(stackName);

/** A setting of the stack's file, as the file has it; undefined where the file does not set it. */
export const stackSetting = (key: string): unknown => configOf(stackFile)[key];

/** Whether the data of the stack is to stay in the cluster when the stack goes. */
export const keepsData = (): boolean => String(stackSetting("gourmetgram:keepData")) === "true";

/**
 * Whether the stack names a cluster of its own. The embedded cluster is for stacks that do not: whatever cluster the
 * user's kubectl happens to point at is never touched unasked.
 */
export const hasOwnCluster = (): boolean => namesCluster(configOf(stackFile));

/** A stack's file with settings below those that it has itself. Comments and secrets stay as they are. */
export function withSettings(text: string, settings: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  const own = (document.toJS() as StackFile)?.config ?? {};
  const config = document.get("config");
  // An empty file, or `config:` without anything below it, has nothing that could be added to.
  if (config === null || config === undefined) document.set("config", document.createNode({}));
  for (const [key, value] of Object.entries(settings)) {
    if (own[key] === undefined) document.setIn(["config", key], document.createNode(value));
  }
  return document.toString();
}

/** The stack's file as Pulumi is to read it: what the user has set, and below it what the lab sets for its own cluster. */
export async function stackFileText(): Promise<string> {
  const text = existsSync(stackFile) ? readFileSync(stackFile, "utf8") : "";
  if (hasOwnCluster()) return text;
  const record = clusterRecord();
  if (record !== undefined && record.containers.length > 0) return withSettings(text, record.settings);
  return withSettings(text, embeddedSettings(record?.images ?? (await decideImages()).choice));
}

const NODE_PORTS = [
  "registryNodePort",
  "mlflowNodePort",
  "stagingNodePort",
  "argoServerNodePort",
  "appRepositoryNodePort",
] as const;

type NodePort = (typeof NODE_PORTS)[number];

/** The node ports of this project's settings. */
export function nodePorts(): Record<NodePort, number> {
  const project = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const ports = NODE_PORTS.map((key) => [
    key,
    Number(stackSetting(`gourmetgram:${key}`) ?? project.config[key]?.default),
  ]);
  return Object.fromEntries(ports) as Record<NodePort, number>;
}
