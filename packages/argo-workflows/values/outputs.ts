import { compact } from "../manifests/compact";
import { nonEmpty } from "./parameters";
import { Artifact, Reference, type Scope } from "./references";
import type { ArgumentsManifest } from "../manifests/template-manifests";

/** An output that the main container writes to a file. */
export interface FileOutput {
  readonly kind: "file";
  /** Absolute path in the main container. */
  readonly path: string;
  readonly default?: string;
  readonly globalName?: string;
}

/** What the main container prints to its standard output. It cannot have a default. */
export interface PrintedOutput {
  readonly kind: "printed";
  readonly default?: never;
}

/** A field of the object that a resource template acts on. */
export interface FieldOutput {
  readonly kind: "field";
  /** JSONPath as kubectl reads it: `{.metadata.name}`. */
  readonly jsonPath: string;
  readonly default?: string;
}

/** Files that the main container leaves. Where they are missing the step fails. */
export interface ArtifactOutput {
  readonly kind: "artifact";
  /** Absolute path in the main container: a file, or a folder. */
  readonly path: string;
  readonly default?: never;
}

/** What a template yields. */
export type Output = FileOutput | PrintedOutput | FieldOutput | ArtifactOutput;

/** Outputs by name. */
export type Outputs = Readonly<Record<string, Output>>;

/** What a template can yield that runs a container. */
export type ContainerOutputs = Readonly<Record<string, FileOutput | PrintedOutput | ArtifactOutput>>;

/** What a template can yield that acts on an object of the cluster. */
export type ObjectOutputs = Readonly<Record<string, FieldOutput>>;

export interface OutputOptions {
  /**
   * Value if there is none, or if the step did not run. Needed where a later step refers to the output of a step that
   * can be skipped.
   */
  readonly default?: string;
}

/** Options of {@link fromFile}. */
export interface FileOutputOptions extends OutputOptions {
  /** The run itself has the output under this name, as soon as the step has ended. @default only the step has it */
  readonly globalName?: string;
}

/**
 * An output that the main container writes to a file.
 *
 * @param path Absolute path in the main container.
 */
export function fromFile(path: string, options: FileOutputOptions = {}): FileOutput {
  return { kind: "file", path, ...options };
}

/** What the main container prints to its standard output, up to 256 KiB. */
export function printed(): PrintedOutput {
  return { kind: "printed" };
}

/**
 * A field of the object that a resource template acts on.
 *
 * @param jsonPath JSONPath as kubectl reads it: `{.metadata.name}`.
 */
export function fromField(jsonPath: string, options: OutputOptions = {}): FieldOutput {
  return { kind: "field", jsonPath, ...options };
}

/**
 * Files that the main container leaves.
 *
 * @param path Absolute path in the main container: a file, or a folder.
 */
export function artifactFrom(path: string): ArtifactOutput {
  return { kind: "artifact", path };
}

/**
 * The outputs as a template declares them; nothing if there are none. Every container has one that it prints, so that
 * is not among them.
 */
export function declareOutputs(outputs: Outputs): ArgumentsManifest | undefined {
  const entries = Object.entries(outputs);
  return nonEmpty({
    parameters: entries.flatMap(([name, output]) => {
      switch (output.kind) {
        case "file":
          return compact({
            name,
            globalName: output.globalName,
            valueFrom: compact({ path: output.path, default: output.default }),
          });
        case "field":
          return { name, valueFrom: compact({ jsonPath: output.jsonPath, default: output.default }) };
        default:
          return [];
      }
    }),
    artifacts: entries.flatMap(([name, output]) =>
      output.kind === "artifact" ? { name, path: output.path } : [],
    ),
  });
}

/** How an output is referred to. */
export type OutputReference<T> = T extends ArtifactOutput ? Artifact : Reference;

/**
 * The reference to an output.
 *
 * @param step Argo's name of the step that yields it: `steps.clone`.
 */
export function outputReference(
  step: string,
  name: string,
  output: Output | undefined,
  scope: Scope,
): Artifact | Reference {
  switch (output?.kind) {
    case "artifact":
      return new Artifact(`${step}.outputs.artifacts.${name}`, scope);
    case "printed":
      return new Reference(`${step}.outputs.result`, scope);
    default:
      return new Reference(`${step}.outputs.parameters.${name}`, scope);
  }
}
