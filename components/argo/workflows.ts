import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import {
  API_VERSION,
  type CronWorkflowManifest,
  type CronWorkflowSpec,
  type FollowedResource,
  type LifeCycle,
  type Synchronization,
  type WorkflowTemplateManifest,
} from "./manifests";
import type { ManifestTree } from "./manifest-text";
import {
  type Arguments,
  type ArgumentsAnd,
  type Inputs,
  type None,
  type References,
  declare,
  pass,
  referencesTo,
  renderPassed,
} from "./parameters";
import { Place, Reference, Scope } from "./references";
import type { Template } from "./templates";

/** Options of {@link workflowTemplate}. */
export interface WorkflowTemplateOptions<P extends Inputs> extends LifeCycle {
  /** One sentence, shown on Argo's page. */
  readonly description: string;
  /** What whoever submits a run can set. @default none */
  readonly parameters?: P;
  /** The account of every template that names none itself. */
  readonly serviceAccountName: Input<string>;
  /** Name of the Secret with which the nodes pull the images of all steps. @default none */
  readonly imagePullSecret?: Input<string> | undefined;
  /** @default any number of runs at a time */
  readonly synchronization?: Synchronization;
  /** The template that a run starts with, given references to the parameters. It must not require inputs. */
  readonly entrypoint: (parameters: References<P>, run: Run) => Template;
}

/** What every run has. */
export interface Run {
  /** Name of the Workflow object. */
  readonly name: Reference;
}

/** A WorkflowTemplate: what runs are submitted from. */
export interface WorkflowTemplate<P extends Inputs = Inputs> {
  readonly name: string;
  readonly parameters: P;
  /**
   * The object for the Kubernetes API. Pure: it only looks at plain values, and hands on untouched those that other
   * resources will have.
   *
   * @param namespace @default left out
   */
  manifest(namespace?: Input<string>): WorkflowTemplateManifest;
}

/**
 * Defines a WorkflowTemplate. It has exactly the templates that can be reached from its entrypoint.
 *
 * @throws Error if two of its templates have the same name, or if the entrypoint requires inputs.
 */
export function workflowTemplate<const P extends Inputs = None>(
  name: string,
  options: WorkflowTemplateOptions<P>,
): WorkflowTemplate<P> {
  const { description, parameters = {} as P, entrypoint, imagePullSecret, ...spec } = options;
  const scope = new Scope(`what a run of the workflow ${name} has`);
  const first = entrypoint(referencesTo(parameters, "workflow.parameters", scope), {
    name: new Reference("workflow.name", scope),
  });
  const required = Object.keys(first.inputs).find((input) => first.inputs[input]?.default === undefined);
  if (required !== undefined) {
    throw new Error(`${name}: the entrypoint ${first.name} requires ${required}, which nothing passes to it`);
  }
  const templates = reachable(name, first);
  return {
    name,
    parameters,
    manifest: (namespace) => {
      const place = new Place(name, [scope]);
      const declared = declare(parameters, "value");
      return {
        apiVersion: API_VERSION,
        kind: "WorkflowTemplate",
        metadata: compact({
          name,
          namespace,
          annotations: { "workflows.argoproj.io/description": description },
        }),
        spec: compact({
          entrypoint: first.name,
          arguments: declared.length === 0 ? undefined : { parameters: declared },
          ...spec,
          imagePullSecrets: imagePullSecret === undefined ? undefined : [{ name: imagePullSecret }],
          templates: templates.map((template) => template.render(place)),
        }),
      };
    },
  };
}

/** The template and all that it runs, directly or not, each once, in the order of their first use. */
function reachable(workflow: string, first: Template): Template[] {
  const found = new Map<string, Template>();
  const add = (template: Template): void => {
    const known = found.get(template.name);
    if (known === undefined) {
      found.set(template.name, template);
      template.calls.forEach(add);
    } else if (known !== template) {
      throw new Error(`${workflow} has two templates with the name ${template.name}`);
    }
  };
  add(first);
  return [...found.values()];
}

/** A run of a WorkflowTemplate, as an object for a template that creates it. */
export function workflowOf<P extends Inputs>(
  template: WorkflowTemplate<P>,
  ...[given]: ArgumentsAnd<P, []>
): ManifestTree {
  const parameters = pass(template.parameters, given ?? {});
  return compact({
    apiVersion: API_VERSION,
    kind: "Workflow",
    metadata: { generateName: `${template.name}-` },
    spec: compact({
      workflowTemplateRef: { name: template.name },
      arguments:
        parameters.length === 0
          ? undefined
          : { parameters: parameters.map(({ name, value }) => ({ name, value })) },
    }),
  });
}

/** Binds the outcome of a template that creates a run to the outcome of that run. */
export const FOLLOW_RUN = {
  setOwnerReference: true,
  successCondition: "status.phase == Succeeded",
  failureCondition: "status.phase in (Failed, Error)",
} as const satisfies FollowedResource;

/** Options of {@link cronWorkflow}. */
export interface CronWorkflowOptions<P extends Inputs> extends Omit<CronWorkflowSpec, "workflowSpec"> {
  /** What is run. Its parameters need defaults, or values here. */
  readonly template: WorkflowTemplate<P>;
  readonly arguments: Arguments<P>;
}

/**
 * A schedule that runs a WorkflowTemplate.
 *
 * @param namespace @default left out
 */
export function cronWorkflow<P extends Inputs>(
  name: string,
  options: CronWorkflowOptions<P>,
  namespace?: Input<string>,
): CronWorkflowManifest {
  const { template, arguments: given, ...schedule } = options;
  const parameters = renderPassed(pass(template.parameters, given), new Place(name, []));
  return {
    apiVersion: API_VERSION,
    kind: "CronWorkflow",
    metadata: compact({ name, namespace }),
    spec: {
      ...schedule,
      workflowSpec: compact({
        workflowTemplateRef: { name: template.name },
        arguments: parameters.length === 0 ? undefined : { parameters },
      }),
    },
  };
}
