/**
 * The stack's configuration keys: type, default, checks and meaning of each, in one place. The section `config` of
 * `Pulumi.yaml` is generated from them by `npm run generate`.
 */
import type { Output } from "@pulumi/pulumi";
import type { Key, Scope, SecretKey } from "../key";
import { APPLICATION } from "./application";
import { ARGO } from "./argo";
import { BACKUP } from "./backup";
import { IMAGES } from "./images";
import { MLFLOW } from "./mlflow";
import { STACK } from "./stack";
import { TRAINING } from "./training";

/** The keys in groups, each with what it is about. */
export const GROUPS: readonly (readonly [title: string, keys: Readonly<Record<string, Key<unknown>>>])[] = [
  ["What the stack is, and how much of a cluster it may take.", STACK],
  ["Images: where they go, and what they are built on.", IMAGES],
  ["MLflow: its address, and where it keeps its data.", MLFLOW],
  ["Argo Workflows.", ARGO],
  ["Training.", TRAINING],
  ["From a model version to the application in staging.", APPLICATION],
  ["Backups on a schedule.", BACKUP],
];

/** All keys, without the project's prefix. */
export const KEYS = {
  ...STACK,
  ...IMAGES,
  ...MLFLOW,
  ...ARGO,
  ...TRAINING,
  ...APPLICATION,
  ...BACKUP,
} as const;

export type KeyName = keyof typeof KEYS;

/** What each key's value is once read. */
export type Values = {
  readonly [Name in KeyName]: (typeof KEYS)[Name] extends Key<infer T> ? T : never;
};

/** The settings of a kind of stack: the values of the keys that it uses, those of secret keys encrypted. */
export type Settings<S extends Scope> = {
  readonly [
    Name in KeyName as S extends (typeof KEYS)[Name]["scopes"][number] ? Name : never
  ]: (typeof KEYS)[Name] extends SecretKey<Scope> ? Output<string> | undefined : Values[Name];
};

export const KEY_NAMES = Object.keys(KEYS) as readonly KeyName[];

/** The kinds of stack that use a key. */
export function scopesOf(key: KeyName): readonly Scope[] {
  return KEYS[key].scopes;
}

/**
 * Whether a value means that the key is not set. The engine insists on a value for every declared key, so the optional
 * ones are declared with an empty one.
 */
export function isUnset(name: string, value: string): boolean {
  return value === "" && Object.hasOwn(KEYS, name) && KEYS[name as KeyName].default === undefined;
}
