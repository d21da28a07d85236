import type { Input } from "@pulumi/pulumi";
import { compact } from "../manifests/compact";
import { type Outputs, declareOutputs } from "../values/outputs";
import { type Inputs, type References, declareInputs, inputReferences } from "../values/parameters";
import { type RenderContext, Scope } from "../values/references";
import type { PodMetadata, RetryStrategy, TemplateManifest } from "../manifests/template-manifests";
import { type ApiUse, USES_ANNOTATION, usesText } from "../values/uses";

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
  render(context: RenderContext): TemplateManifest;
}

/** What every template that runs in a pod can have. */
export interface PodTemplateOptions<I extends Inputs, O extends Outputs> {
  /** @default none */
  readonly inputs?: I;
  /** @default none */
  readonly outputs?: O;
  /** Labels of its pods, for example those that a NetworkPolicy asks for. @default those of Argo alone */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of its pods. @default those of Argo alone */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * What its program does by the API of the cluster, so that the rights of its account can be held against it.
   *
   * @default nothing
   */
  readonly uses?: readonly ApiUse[];
  /** @default the account of the workflow */
  readonly serviceAccountName?: Input<string>;
  /** Seconds that one attempt may take. @default the workflow's deadline alone */
  readonly activeDeadlineSeconds?: number;
  /** @default no attempt is repeated */
  readonly retryStrategy?: RetryStrategy;
}

/**
 * A template that runs in a pod.
 *
 * @param body What is done there, given references to the template's inputs.
 */
export function podTemplate<I extends Inputs, O extends Outputs>(
  name: string,
  options: PodTemplateOptions<I, O>,
  body: (inputs: References<I>, context: RenderContext) => Partial<TemplateManifest>,
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
      const context = workflow.within(`${workflow.description}/${name}`, scope);
      return compact({
        ...signature(name, inputs, outputs),
        metadata: metadataOf(options, context),
        serviceAccountName: options.serviceAccountName,
        activeDeadlineSeconds: options.activeDeadlineSeconds,
        retryStrategy: options.retryStrategy,
        ...body(inputReferences(inputs, scope), context),
      });
    },
  };
}

/** Name, inputs and outputs: what every kind of template begins with. */
export function signature(name: string, inputs: Inputs, outputs: Outputs): TemplateManifest {
  return compact({
    name,
    inputs: declareInputs(inputs),
    outputs: declareOutputs(outputs),
  });
}

function metadataOf(
  { labels = {}, annotations = {}, uses = [] }: PodTemplateOptions<Inputs, Outputs>,
  context: RenderContext,
): PodMetadata | undefined {
  const all = {
    labels: texts(labels, context),
    annotations: texts(
      uses.length === 0 ? annotations : { ...annotations, [USES_ANNOTATION]: usesText(uses) },
      context,
    ),
  };
  return all.labels === undefined && all.annotations === undefined ? undefined : compact(all);
}

function texts(
  table: Readonly<Record<string, string>>,
  context: RenderContext,
): Record<string, string> | undefined {
  const entries = Object.entries(table);
  return entries.length === 0
    ? undefined
    : Object.fromEntries(entries.map(([key, value]) => [key, context.text(value)]));
}
