import { isDeepStrictEqual } from "node:util";
// Not from "runtime": that would load a compiler and half of npm at every start of a plugin.
import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime/rpc";

/**
 * A property as it travels between engine and plugin: JSON, in which a secret is an object with a signature and
 * a value that is not known yet is a fixed string.
 */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** The properties of a resource, by name. */
export type Properties = Record<string, Value>;

/** Marks a value as secret, so that the engine encrypts it in the state and masks it in its output. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

/** Whether the value itself is marked as secret. */
export function isSecret(value: Value | undefined): value is { value: Value } {
  return isObject(value) && value[specialSigKey] === specialSecretSig;
}

/** Whether the value, or anything inside it, is marked as secret. */
export function containsSecret(value: Value | undefined): boolean {
  return isSecret(value) || children(value).some(containsSecret);
}

/** Whether the value, or anything inside it, is known only after other resources exist. */
export function containsUnknown(value: Value | undefined): boolean {
  return value === unknownValue || children(value).some(containsUnknown);
}

/** The value without the marks of secrets and without empty properties, at any depth. */
export function reveal(value: Value): Value {
  if (isSecret(value)) {
    return reveal(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(reveal);
  }
  if (isObject(value)) {
    return revealAll(value);
  }
  return value;
}

/** The properties without the marks of secrets and without empty ones, at any depth. */
export function revealAll(properties: Properties): Properties {
  const present = Object.entries(properties).filter(([, value]) => value !== null);
  return Object.fromEntries(present.map(([name, value]) => [name, reveal(value)]));
}

/** Gives `value` the secrecy of the value that it was made from. */
export function secretLike(origin: Value | undefined, value: Value): Value {
  return containsSecret(origin) ? secret(value) : value;
}

/** A property of an object, secret if the object itself is; undefined if there is no such object or property. */
export function propertyOf(object: Value | undefined, name: string): Value | undefined {
  if (isSecret(object)) {
    const property = propertyOf(object.value, name);
    return property === undefined ? undefined : secret(property);
  }
  return isObject(object) ? object[name] : undefined;
}

/** Whether two values are the same once the marks of secrets are taken off. */
export function equal(one: Value | undefined, other: Value | undefined): boolean {
  return isDeepStrictEqual(reveal(one ?? null), reveal(other ?? null));
}

/** Whether the value is an object, as opposed to a list, a scalar or nothing. A secret is an object too. */
export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function children(value: Value | undefined): Value[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}
