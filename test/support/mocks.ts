/**
 * A recording stand-in for the Pulumi engine.
 *
 * Import this module before the components under test: it installs the mocks when it is loaded. Every resource
 * that a test creates ends up in {@link recorded} with its exact inputs, its parent and its dependencies.
 */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { answerBase, BASE_OUTPUT, providerAnswer } from "./providers";
import {
  type MockMonitor,
  type Plain,
  type RegistrationRequest,
  secretPathsOf,
  unwrapSecrets,
} from "./wire-format";

export { generatedName, uidOf } from "./providers";
export type { Plain } from "./wire-format";

/** One resource as the engine would have seen it. */
export interface RecordedResource {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly urn: string;
  /** False for component resources. */
  readonly custom: boolean;
  /** URN of the parent; empty for a resource at the top of the stack. */
  readonly parent: string;
  /** Inputs with secrets unwrapped: {@link secretPaths} tells which they were. */
  readonly inputs: Readonly<Record<string, Plain>>;
  /** Paths of secret inputs, for example `stringData` or `stringData.uri`, sorted. */
  readonly secretPaths: readonly string[];
  /** URNs of everything that must be ready first: `dependsOn` and the resources behind the inputs. */
  readonly dependencies: readonly string[];
  /** The options that shape a resource's life. Absent options are left out. */
  readonly options: Readonly<RecordedOptions>;
  /** What the component handed to `registerOutputs`, with secrets unwrapped; undefined if it never called it. */
  outputs: Readonly<Record<string, Plain>> | undefined;
}

/** Resource options that tests have a reason to look at. */
export interface RecordedOptions {
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  deletedWith?: string;
  replaceWith?: string[];
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  /** Durations such as `10m`; empty where the default applies. */
  customTimeouts?: { create: string; update: string; delete: string };
}

const records: RecordedResource[] = [];
let current: RegistrationRequest | undefined;

/** Name of the project under test: the configuration's prefix. */
export const PROJECT = "gourmetgram";
/** Name of the stack under test. */
export const STACK = "test";

const STACK_TYPE = "pulumi:pulumi:Stack";
// Left out of the SDK's public types.
const { setStackResource } = createRequire(__filename)("@pulumi/pulumi/runtime/state") as {
  setStackResource: (stack: undefined) => void;
};

installMocks();

/**
 * Empties the record and forgets all registered resources and the configuration. Call it in `beforeEach`.
 *
 * @param options.preview True to run as `pulumi preview`, where outputs of unknown resources stay unknown.
 * @param options.base What the base's stack has as its output `base`. @default that of a base with a local registry
 */
export function resetMocks(options: { preview?: boolean; base?: unknown } = {}): void {
  answerBase("base" in options ? options.base : BASE_OUTPUT);
  records.length = 0;
  current = undefined;
  setStackResource(undefined);
  pulumi.runtime.setAllConfig({});
  installMocks(options.preview);
}

/**
 * Sets the stack's configuration.
 *
 * @param values Keys without the project's prefix. Strings are taken as they are, other values as their JSON, which
 *   is how the engine hands them to a program. A key with a colon keeps its own prefix.
 * @param secrets Keys, likewise, whose values are encrypted in the stack's file.
 */
export function setConfig(
  values: Readonly<Record<string, Plain>>,
  secrets: Readonly<Record<string, string>> = {},
): void {
  const full = (key: string) => (key.includes(":") ? key : `${PROJECT}:${key}`);
  const entries = Object.entries({ ...values, ...secrets }).map(([key, value]): [string, string] => [
    full(key),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries), Object.keys(secrets).map(full));
}

/**
 * Waits until every registration that is under way has been recorded.
 *
 * `registerResource` is asynchronous: without this an assertion may look before the resource is there.
 */
export async function settled(): Promise<void> {
  await pulumi.runtime.disconnect();
}

/** All resources so far, in the order of their registration. Waits for those under way. */
export async function recorded(): Promise<readonly RecordedResource[]> {
  await settled();
  return records;
}

/**
 * The one resource of a type, or with a name where there are several.
 *
 * @throws AssertionError if there is none, or more than one.
 */
export async function onlyResource(type: string, name?: string): Promise<RecordedResource> {
  const all = await recorded();
  const found = all.filter((each) => each.type === type && (name === undefined || each.name === name));
  const [first] = found;
  const wanted = name === undefined ? type : `${type} ${name}`;
  assert.equal(
    found.length,
    1,
    `${wanted}: found ${found.length}, among ${all.map((each) => `${each.type} ${each.name}`).join(", ")}`,
  );
  assert.ok(first !== undefined);
  return first;
}

/** The direct children of a resource, as `type name`, in the order of their registration. */
export async function childrenOf(parent: pulumi.Resource): Promise<string[]> {
  const urn = await promiseOf(parent.urn);
  return (await recorded()).filter((each) => each.parent === urn).map((each) => `${each.type} ${each.name}`);
}

/**
 * The value of an Output. `await output.apply(…)` would wait for nothing: an Output is no promise.
 *
 * @throws Error if the value is unknown, as in a preview.
 */
export async function promiseOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  const value = pulumi.output(output);
  // `isKnown` is left out of the SDK's public types, but waiting for an unknown value would never end.
  if (!(await (value as unknown as { isKnown: Promise<boolean> }).isKnown)) {
    throw new Error("the output's value is unknown");
  }
  return new Promise((resolve) => value.apply(resolve as (resolved: unknown) => void));
}

/** Asserts that an Output is marked secret. */
export async function assertSecret(output: pulumi.Output<unknown>, what: string): Promise<void> {
  assert.equal(await pulumi.isSecret(output), true, `${what} must be secret`);
}

/** Asserts that an Output is not marked secret: a secret address cannot be shown to anyone. */
export async function assertNotSecret(output: pulumi.Output<unknown>, what: string): Promise<void> {
  assert.equal(await pulumi.isSecret(output), false, `${what} must not be secret`);
}

/**
 * Asserts the naming rule: a child's logical name starts with the name of the component that made it, followed by
 * a hyphen, so that two instances of a component never collide.
 */
export async function assertChildNames(): Promise<void> {
  const all = await recorded();
  const byUrn = new Map(all.map((each) => [each.urn, each]));
  const wrong = all.flatMap((child) => {
    const parent = byUrn.get(child.parent);
    return parent === undefined || child.name.startsWith(`${parent.name}-`)
      ? []
      : [`${child.type} ${child.name} is a child of ${parent.name}`];
  });
  assert.deepEqual(wrong, []);
}

/** Asserts that no two resources share type and name, and that only components are at the top. */
export async function assertTree(): Promise<void> {
  const all = await recorded();
  const urns = all.map((each) => each.urn);
  assert.deepEqual(
    urns.filter((urn, index) => urns.indexOf(urn) !== index),
    [],
    "duplicate URNs",
  );
  const orphans = all.filter((each) => each.custom && each.parent === "").map((each) => each.urn);
  assert.deepEqual(orphans, [], "resources outside of any component");
}

function installMocks(preview = false): void {
  // The promise only covers flags that are set synchronously before its first await.
  void pulumi.runtime.setMocks(
    { call: answer, newResource: record },
    PROJECT,
    STACK,
    preview,
    "organization",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  // The mocks are handed neither parent nor dependencies nor options, so the request is kept beside them. The
  // mock monitor calls `newResource` before it first yields, so `current` is still this request's.
  monitor.registerResource = (request, callback) => {
    current = request;
    return register(request, callback);
  };
  monitor.registerResourceOutputs = (request, callback) => {
    const record = records.find((each) => each.urn === request.getUrn());
    if (record !== undefined) {
      record.outputs = unwrapSecrets(request.getOutputs()?.toJavaScript() ?? {}) as Record<string, Plain>;
    }
    registerOutputs(request, callback);
  };
}

function answer(args: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  // No stack has been up before.
  if (args.token === "pulumi:pulumi:readStackOutputs") return { outputs: {} };
  throw new Error(`no mock for the function ${args.token}: the program is meant to call no other`);
}

function record(args: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  // Another stack's outputs are read, not made.
  if (args.type === "pulumi:pulumi:StackReference") {
    return providerAnswer(args.type, args.name, args.inputs as Record<string, Plain>);
  }
  const request = current;
  assert.ok(request !== undefined, `${args.type} ${args.name} was read, not registered`);
  current = undefined;
  if (args.type === STACK_TYPE) {
    return { id: undefined, state: {} };
  }
  const raw = request.getObject()?.toJavaScript() ?? {};
  const inputs = unwrapSecrets(raw) as Record<string, Plain>;
  records.push({
    type: args.type,
    name: args.name,
    urn: urnOf(request),
    custom: request.getCustom(),
    // What has the stack for its parent is at the top.
    parent: request.getParent().includes(`::${STACK_TYPE}::`) ? "" : request.getParent(),
    inputs,
    secretPaths: secretPathsOf(raw).sort(),
    dependencies: request.getDependenciesList(),
    options: optionsOf(request),
    outputs: undefined,
  });
  if (!request.getCustom()) {
    return { id: undefined, state: {} };
  }
  const { id, state } = providerAnswer(args.type, args.name, inputs);
  // The engine marks what the SDK declares as secret output: a password must not lose its mark here.
  const secret = new Set([
    ...request.getAdditionalsecretoutputsList(),
    ...secretPathsOf(raw).map((path) => path.split(".")[0]),
  ]);
  const marked = Object.entries(state).map(([key, value]) => [
    key,
    secret.has(key) ? pulumi.secret(value) : value,
  ]);
  return { id, state: Object.fromEntries(marked) as Record<string, unknown> };
}

function urnOf(request: RegistrationRequest): string {
  const parentType = request.getParent().split("::")[2];
  const own = request.getType();
  const type = parentType === undefined ? own : `${parentType.split("$").pop() ?? ""}$${own}`;
  return ["urn:pulumi:" + STACK, PROJECT, type, request.getName()].join("::");
}

function optionsOf(request: RegistrationRequest): RecordedOptions {
  const all = {
    protect: request.getProtect(),
    retainOnDelete: request.getRetainondelete(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    deletedWith: request.getDeletedwith(),
    replaceWith: request.getReplaceWithList(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    customTimeouts: timeoutsOf(request),
  };
  const set = Object.entries(all).filter(
    ([, value]) =>
      value !== undefined && value !== false && value !== "" && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(set);
}

function timeoutsOf(request: RegistrationRequest): RecordedOptions["customTimeouts"] {
  const timeouts = request.getCustomtimeouts();
  const all = {
    create: timeouts?.getCreate() ?? "",
    update: timeouts?.getUpdate() ?? "",
    delete: timeouts?.getDelete() ?? "",
  };
  return Object.values(all).every((each) => each === "") ? undefined : all;
}
