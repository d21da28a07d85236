import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import type {
  ContainerManifest,
  FollowedResource,
  ResourceManifest,
  RetryStrategy,
  TemplateManifest,
} from "./manifests";
import { type ManifestTree, toYaml } from "./manifest-text";
import { type Inputs, type None, type Outputs, type References, declare, referencesTo } from "./parameters";
import { type Place, Scope, type ValueInput } from "./references";
import { type Volume, renderMounts } from "./volumes";

/**
 * A template of a workflow: something that a step can run.
 *
 * @typeParam I The parameters that it takes; a step must pass those without a default.
 * @typeParam O The parameters that it yields to later steps.
 */
export interface Template<I extends Inputs = Inputs, O extends Outputs = Outputs> {
  readonly name: string;
  readonly inputs: I;
  readonly outputs: O;
  /** The templates that this one runs, in the order of their steps. */
  readonly calls: readonly Template[];
  /** The template as Argo reads it. Pure: the same template renders to an equal object every time. */
  render(place: Place): TemplateManifest;
}

/** What every template that runs in a pod can have. */
export interface PodTemplateOptions<I extends Inputs, O extends Outputs> {
  /** @default none */
  readonly inputs?: I;
  /** @default none */
  readonly outputs?: O;
  /** @default the account of the workflow */
  readonly serviceAccountName?: Input<string>;
  /** Seconds that one attempt may take. @default the workflow's deadline alone */
  readonly activeDeadlineSeconds?: number;
  /** @default no attempt is repeated */
  readonly retryStrategy?: RetryStrategy;
}

/** The container of a template. */
export interface Container {
  readonly image: Input<string>;
  /** Always given: else Argo's controller would have to ask the registry for the image's entrypoint. */
  readonly command: readonly string[];
  /** @default none */
  readonly args?: readonly ValueInput[];
  /** Variables by name. @default none */
  readonly env?: Readonly<Record<string, ValueInput>>;
  readonly resources: ContainerManifest["resources"];
  readonly securityContext?: ContainerManifest["securityContext"];
  /** Volumes by the path at which they appear. @default none */
  readonly mounts?: Readonly<Record<string, Volume>>;
}

/** Options of {@link container}. */
export interface ContainerTemplateOptions<I extends Inputs, O extends Outputs> extends PodTemplateOptions<
  I,
  O
> {
  /** The container, given references to the template's inputs. */
  readonly container: (inputs: References<I>) => Container;
}

/** Options of {@link resource}. */
export interface ResourceTemplateOptions<I extends Inputs, O extends Outputs>
  extends PodTemplateOptions<I, O>, FollowedResource {
  readonly action: ResourceManifest["action"];
  /** The object to act on, given references to the template's inputs. */
  readonly manifest: (inputs: References<I>) => ManifestTree;
}

/** A template that runs a container. */
export function container<const I extends Inputs = None, const O extends Outputs = None>(
  name: string,
  options: ContainerTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, place) => {
    const { mounts = {}, ...spec } = options.container(inputs);
    const { volumes, volumeMounts } = renderMounts(mounts);
    return compact({
      volumes,
      container: compact({
        image: place.input(spec.image),
        command: spec.command.map((word) => place.text(word)),
        args: spec.args?.map((word) => place.input(word)),
        env:
          spec.env &&
          Object.entries(spec.env).map(([key, value]) => ({ name: key, value: place.input(value) })),
        resources: spec.resources,
        securityContext: spec.securityContext,
        volumeMounts,
        // A step that fails says why in Argo's list of steps, rather than only "exit code 2".
        terminationMessagePolicy: "FallbackToLogsOnError" as const,
      }),
    });
  });
}

/** A template that acts on an object of the cluster. */
export function resource<const I extends Inputs = None, const O extends Outputs = None>(
  name: string,
  options: ResourceTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, place) => ({
    resource: compact({
      action: options.action,
      setOwnerReference: options.setOwnerReference,
      successCondition: options.successCondition,
      failureCondition: options.failureCondition,
      manifest: toYaml(options.manifest(inputs), place),
    }),
  }));
}

function podTemplate<I extends Inputs, O extends Outputs>(
  name: string,
  options: PodTemplateOptions<I, O>,
  body: (inputs: References<I>, place: Place) => Partial<TemplateManifest>,
): Template<I, O> {
  const inputs = options.inputs ?? ({} as I);
  const outputs = options.outputs ?? ({} as O);
  const scope = new Scope(`an input of the template ${name}`);
  return {
    name,
    inputs,
    outputs,
    calls: [],
    render: (workflow) => {
      const place = workflow.within(`${workflow.description}/${name}`, scope);
      return compact({
        ...signature(name, inputs, outputs),
        serviceAccountName: options.serviceAccountName,
        activeDeadlineSeconds: options.activeDeadlineSeconds,
        retryStrategy: options.retryStrategy,
        ...body(referencesTo(inputs, "inputs.parameters", scope), place),
      });
    },
  };
}

/** Name, inputs and outputs: what every kind of template begins with. */
export function signature(name: string, inputs: Inputs, outputs: Outputs): TemplateManifest {
  return compact({
    name,
    inputs: nonEmpty(declare(inputs, "default")),
    outputs: nonEmpty(
      Object.entries(outputs).map(([output, { valueFrom }]) => ({ name: output, valueFrom })),
    ),
  });
}

function nonEmpty<T>(parameters: readonly T[]): { readonly parameters: readonly T[] } | undefined {
  return parameters.length === 0 ? undefined : { parameters };
}
