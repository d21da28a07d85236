import type { Input } from "@pulumi/pulumi";
import { compact } from "../manifests/compact";
import { Artifact, type RenderContext, Reference, type Scope, type Value } from "./references";
import type { ArgumentsManifest, ParameterManifest } from "../manifests/template-manifests";

/** A parameter that a template or a workflow takes. */
export interface InputParameter {
  readonly kind?: never;
  /** Used if the caller gives none. Without it the compiler requires a value of every caller. */
  readonly default?: Input<string>;
  /** The only values that make sense; Argo's page offers them as a list. */
  readonly enum?: readonly string[];
  /** Shown beside the field on Argo's page. */
  readonly description?: string;
}

/** Files that a template takes. */
export interface InputArtifact {
  readonly kind: "artifact";
  /** Path in the main container, of a file or a folder. Not needed where the files are only passed on. */
  readonly path?: string;
  /** True if the template works without them. @default false: the compiler requires them of every caller */
  readonly optional?: true;
}

/** Parameters by name: what a workflow takes. */
export type Parameters = Readonly<Record<string, InputParameter>>;
/** Parameters and artifacts by name: what a template takes. */
export type Inputs = Readonly<Record<string, InputParameter | InputArtifact>>;
/** Nothing. */
export type None = Readonly<Record<never, never>>;

/** One reference for each name. */
export type References<P> = {
  readonly [N in keyof P]: P[N] extends InputArtifact ? Artifact : Reference;
};

type RequiredNames<I> = {
  [N in keyof I]: I[N] extends { readonly default: Input<string> } | { readonly optional: true } ? never : N;
}[keyof I];

type Given<P> = P extends InputArtifact ? Artifact : Value;

/** The values that a caller passes: those without a default must be there, others may, unknown ones may not. */
export type Arguments<I> = [keyof I] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [N in RequiredNames<I>]: Given<I[N]> } & {
      readonly [N in Exclude<keyof I, RequiredNames<I>>]?: Given<I[N]>;
    };

/** The arguments at the end of a call, which may be left out if nothing is required. */
export type ArgumentsAnd<I, More extends unknown[]> = [RequiredNames<I>] extends [never]
  ? [given?: Arguments<I>, ...more: More]
  : [given: Arguments<I>, ...more: More];

/**
 * Files that a template takes, to be declared among its inputs.
 *
 * @param path Where they lie in the main container. @default nowhere: they are only passed on
 */
export function artifactAt(path?: string): { readonly kind: "artifact"; readonly path?: string } {
  return compact({ kind: "artifact" as const, path });
}

export function workflowReferences<P extends Parameters>(parameters: P, scope: Scope): References<P> {
  return Object.fromEntries(
    Object.keys(parameters).map((name) => [name, new Reference(`workflow.parameters.${name}`, scope)]),
  ) as References<P>;
}

/** References to all inputs of a template. */
export function inputReferences<I extends Inputs>(inputs: I, scope: Scope): References<I> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { kind }]) => [
      name,
      kind === "artifact"
        ? new Artifact(`inputs.artifacts.${name}`, scope)
        : new Reference(`inputs.parameters.${name}`, scope),
    ]),
  ) as References<I>;
}

/** The parameters as a template (`default`) or a workflow (`value`) declares them. */
export function declare(parameters: Parameters, defaultKey: "default" | "value"): ParameterManifest[] {
  return Object.entries(parameters).map(([name, each]) =>
    compact({
      name,
      [defaultKey]: each.default,
      enum: each.enum === undefined ? undefined : [...each.enum],
      description: each.description,
    }),
  );
}

/** The inputs as a template declares them; nothing if there are none. */
export function declareInputs(inputs: Inputs): ArgumentsManifest | undefined {
  const entries = Object.entries(inputs);
  const parameters = entries.filter((each): each is [string, InputParameter] => each[1].kind === undefined);
  const artifacts = entries.flatMap(([name, each]) =>
    each.kind === undefined ? [] : compact({ name, path: each.path, optional: each.optional }),
  );
  return nonEmpty({ parameters: declare(Object.fromEntries(parameters), "default"), artifacts });
}

/** The inputs that every caller must pass. */
export function requiredNames(inputs: Inputs): string[] {
  return Object.entries(inputs)
    .filter(([, each]) => (each.kind === undefined ? each.default === undefined : each.optional !== true))
    .map(([name]) => name);
}

/** The values as a caller passes them, in the order in which they are declared. */
export function pass<V extends Value | Artifact>(
  inputs: Inputs,
  given: Readonly<Record<string, V | undefined>>,
): Named<V>[] {
  return Object.keys(inputs).flatMap((name) => {
    const value = given[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

/** A value with the name of the input that it is for. */
export interface Named<V extends Value | Artifact = Value | Artifact> {
  readonly name: string;
  readonly value: V;
}

/** The same, rendered; nothing if nothing is passed. */
export function renderPassed(
  passed: readonly Named[],
  context: RenderContext,
): ArgumentsManifest | undefined {
  return nonEmpty({
    parameters: passed.flatMap(({ name, value }) =>
      value instanceof Artifact ? [] : { name, value: context.text(value) },
    ),
    artifacts: passed.flatMap(({ name, value }) =>
      value instanceof Artifact ? { name, from: context.artifact(value) } : [],
    ),
  });
}

/** Leaves out empty lists, and all of it if both are empty. */
export function nonEmpty({
  parameters = [],
  artifacts = [],
}: ArgumentsManifest): ArgumentsManifest | undefined {
  return parameters.length === 0 && artifacts.length === 0
    ? undefined
    : {
        ...(parameters.length === 0 ? {} : { parameters }),
        ...(artifacts.length === 0 ? {} : { artifacts }),
      };
}
