import type { Input } from "@pulumi/pulumi";
import { compact } from "../manifests/compact";
import type { ContainerOutputs } from "../values/outputs";
import type { Inputs, None, References } from "../values/parameters";
import type { RenderContext, ValueInput } from "../values/references";
import type {
  ContainerManifest,
  ScriptManifest,
  VariableManifest,
  VolumeManifest,
} from "../manifests/template-manifests";
import { type PodTemplateOptions, type Template, podTemplate } from "./templates";
import { type Volume, renderMounts } from "../values/volumes";

/** A key of a Secret in the namespace of the run. */
export class SecretKey {
  /**
   * @param secretName Name of the Secret.
   * @param key Its key.
   */
  constructor(
    readonly secretName: Input<string>,
    readonly key: string,
  ) {}
}

/** What every container has. */
interface Program {
  readonly image: ValueInput;
  /** Always given: else Argo's controller would have to ask the registry for the image's entrypoint. */
  readonly command: readonly string[];
  /** Variables by name. @default none */
  readonly env?: Readonly<Record<string, ValueInput | SecretKey>>;
  readonly resources: ContainerManifest["resources"];
  readonly securityContext?: ContainerManifest["securityContext"];
  /** Volumes by the path at which they appear. @default none */
  readonly mounts?: Readonly<Record<string, Volume>>;
}

/** The container of a template. */
export interface ContainerSpec extends Program {
  /** @default none */
  readonly args?: readonly ValueInput[];
}

/** The container of a template whose program stands in the workflow. */
export interface ScriptSpec extends Program {
  /**
   * The program; the command gets it as a file. It cannot hold references: a value that is pasted into a program is
   * read as a part of it. Variables bring values.
   */
  readonly source: string;
}

export interface ContainerTemplateOptions<
  I extends Inputs,
  O extends ContainerOutputs,
> extends PodTemplateOptions<I, O> {
  /** The container, given references to the template's inputs. */
  readonly container: (inputs: References<I>) => ContainerSpec;
}

export interface ScriptTemplateOptions<
  I extends Inputs,
  O extends ContainerOutputs,
> extends PodTemplateOptions<I, O> {
  /** The container and its program, given references to the template's inputs. */
  readonly script: (inputs: References<I>) => ScriptSpec;
}

/** A template that runs a container. */
export function container<const I extends Inputs = None, const O extends ContainerOutputs = None>(
  name: string,
  options: ContainerTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, context) =>
    compact(renderContainer(options.container(inputs), context)),
  );
}

/** A container, and the volumes that its template has to declare for it. */
export function renderContainer(
  { mounts = {}, args, ...program }: ContainerSpec,
  context: RenderContext,
): { volumes: VolumeManifest[] | undefined; container: ContainerManifest } {
  const { volumes, volumeMounts } = renderMounts(mounts);
  return {
    volumes,
    container: compact({
      ...render(program, context),
      args: args?.map((word) => context.input(word)),
      volumeMounts,
    }),
  };
}

/** A template that runs a program which stands in the workflow. */
export function script<const I extends Inputs = None, const O extends ContainerOutputs = None>(
  name: string,
  options: ScriptTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, context) => {
    const { mounts = {}, source, ...program } = options.script(inputs);
    const { volumes, volumeMounts } = renderMounts(mounts);
    const whole: ScriptManifest = compact({
      ...render(program, context),
      source: context.text(source),
      volumeMounts,
    });
    return compact({ volumes, script: whole });
  });
}

function render(program: Omit<Program, "mounts">, context: RenderContext): ContainerManifest {
  return compact({
    image: context.input(program.image),
    command: program.command.map((word) => context.text(word)),
    env: program.env && Object.entries(program.env).map(([name, value]) => variable(name, value, context)),
    resources: program.resources,
    securityContext: program.securityContext,
    // A step that fails says why in Argo's list of steps, rather than only "exit code 2".
    terminationMessagePolicy: "FallbackToLogsOnError" as const,
  });
}

function variable(name: string, value: ValueInput | SecretKey, context: RenderContext): VariableManifest {
  return value instanceof SecretKey
    ? { name, valueFrom: { secretKeyRef: { name: value.secretName, key: value.key } } }
    : { name, value: context.input(value) };
}
