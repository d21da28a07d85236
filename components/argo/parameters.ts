import { compact } from "./compact";
import type { ParameterManifest, ValueFromManifest } from "./manifests";
import { type Place, Reference, type Scope, type Value } from "./references";

/** A parameter that a template or a workflow takes. */
export interface InputParameter {
  /** Used if the caller gives none. Without it the compiler asks every caller for a value. */
  readonly default?: string;
  /** The only values that make sense; Argo's page offers them as a list. */
  readonly enum?: readonly string[];
  /** Shown beside the field on Argo's page. */
  readonly description?: string;
}

/** A parameter that a template yields. */
export interface OutputParameter {
  readonly valueFrom: ValueFromManifest;
}

/** Parameters by name. */
export type Inputs = Readonly<Record<string, InputParameter>>;
/** Outputs by name. */
export type Outputs = Readonly<Record<string, OutputParameter>>;
/** No parameters. */
export type None = Readonly<Record<never, never>>;

/** One reference for each name. */
export type References<P> = { readonly [N in keyof P]: Reference };

type RequiredNames<I> = {
  [N in keyof I]: I[N] extends { readonly default: string } ? never : N;
}[keyof I];

/** The values that a caller passes: those without a default must be there, others may, unknown ones may not. */
export type Arguments<I> = [keyof I] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [N in RequiredNames<I>]: Value } & {
      readonly [N in Exclude<keyof I, RequiredNames<I>>]?: Value;
    };

/** The arguments at the end of a call, which may be left out if nothing is required. */
export type ArgumentsAnd<I, More extends unknown[]> = [RequiredNames<I>] extends [never]
  ? [given?: Arguments<I>, ...more: More]
  : [given: Arguments<I>, ...more: More];

/**
 * An output that the main container writes to a file.
 *
 * @param path Absolute path in the main container.
 * @param options.default Value if the file is missing, or if the step did not run. Needed where a later step refers
 *   to the output of a step that can be skipped.
 */
export function fromFile(path: string, options: { default?: string } = {}): OutputParameter {
  return { valueFrom: { path, ...options } };
}

/** References to all parameters of a scope; `prefix` is Argo's name of the group. */
export function referencesTo<P extends object>(parameters: P, prefix: string, scope: Scope): References<P> {
  return Object.fromEntries(
    Object.keys(parameters).map((name) => [name, new Reference(`${prefix}.${name}`, scope)]),
  ) as References<P>;
}

/** The parameters as a template or workflow declares them; `defaultKey` is how that place calls a default. */
export function declare(parameters: Inputs, defaultKey: "default" | "value"): ParameterManifest[] {
  return Object.entries(parameters).map(([name, each]) =>
    compact({
      name,
      [defaultKey]: each.default,
      enum: each.enum === undefined ? undefined : [...each.enum],
      description: each.description,
    }),
  );
}

/** The values as a caller passes them, in the order in which they are declared. */
export function pass(parameters: Inputs, given: Readonly<Record<string, Value>>): Named<Value>[] {
  return Object.keys(parameters).flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** A value with the name of the parameter that it is for. */
export interface Named<V> {
  readonly name: string;
  readonly value: V;
}

/** The same, rendered. */
export function renderPassed(passed: readonly Named<Value>[], place: Place): ParameterManifest[] {
  return passed.map(({ name, value }) => ({ name, value: place.text(value) }));
}
