import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import { described } from "./described";
import {
  API_VERSION,
  type LifeCycle,
  type Synchronization,
  type WorkflowSpec,
  type WorkflowTemplateManifest,
} from "./manifests";
import type { ManifestTree } from "./manifest-text";
import {
  type ArgumentsAnd,
  type None,
  type Parameters,
  type References,
  declare,
  pass,
  requiredNames,
  workflowReferences,
} from "../values/parameters";
import { RenderContext, Reference, Scope, type Value } from "../values/references";
import type { FollowedResource } from "./template-manifests";
import type { Template } from "../templates/templates";

/** Arguments of {@link workflowTemplate}. */
export interface WorkflowTemplateOptions<P extends Parameters> extends LifeCycle {
  /** Shown on Argo's page above the description. @default the name */
  readonly title?: string;
  /** Shown on Argo's page, which takes Markdown. */
  readonly description: string;
  /**
   * Labels of every run, however it was started, whose values are those of parameters: by label. A value that no label
   * can have fails the run with a message.
   *
   * @default none
   */
  readonly parameterLabels?: Readonly<Record<string, keyof P & string>>;
  /**
   * Label of every run, however it was started, whose value is the run's name. Argo fails a run whose name is too long
   * for a label anyway.
   *
   * @default none
   */
  readonly nameLabel?: string;
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
  /**
   * The template that a run ends with, however the rest has ended: a failure, a deadline, `argo stop`. It must not
   * require inputs. The run's deadline does not hold for its pods, so they need their own.
   *
   * @default nothing more is done
   */
  readonly onExit?: (parameters: References<P>, run: EndedRun) => Template;
}

/** What every run has. */
export interface Run {
  /** Name of the Workflow object. */
  readonly name: Reference;
}

/** What a run has when its steps have ended. */
export interface EndedRun extends Run {
  /** `Succeeded`, `Failed` or `Error`. */
  readonly status: Reference;
}

/** A WorkflowTemplate: what runs are submitted from. */
export interface WorkflowTemplate<P extends Parameters = Parameters> {
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
 * Defines a WorkflowTemplate. It has exactly the templates that can be reached from its entrypoint and its exit
 * handler.
 *
 * @throws Error if two of its templates have the same name, or if one of those two requires inputs.
 */
export function workflowTemplate<const P extends Parameters = None>(
  name: string,
  options: WorkflowTemplateOptions<P>,
): WorkflowTemplate<P> {
  const { title, description, parameters = {} as P, parameterLabels, nameLabel, ...others } = options;
  const { entrypoint, onExit, imagePullSecret, ...spec } = others;
  const scope = new Scope(`what a run of the workflow ${name} has`);
  const atExit = new Scope("what a run has when its steps have ended");
  const references = workflowReferences(parameters, scope);
  const run = { name: new Reference("workflow.name", scope) };
  const first = complete(name, "the entrypoint", entrypoint(references, run));
  const last = onExit?.(references, { ...run, status: new Reference("workflow.status", atExit) });
  const templates = reachable(name, first);
  // What both come to is rendered once, so it has no more than the steps have.
  const templatesAtExit =
    last === undefined ? [] : reachable(name, complete(name, "the exit handler", last), templates);
  return {
    name,
    parameters,
    manifest: (namespace) => {
      const context = new RenderContext(name, [scope]);
      const declared = declare(parameters, "value");
      const whole: WorkflowSpec = compact({
        entrypoint: first.name,
        onExit: last?.name,
        arguments: declared.length === 0 ? undefined : { parameters: declared },
        ...spec,
        workflowMetadata: labelsFrom(parameterLabels, nameLabel),
        imagePullSecrets: imagePullSecret === undefined ? undefined : [{ name: imagePullSecret }],
        templates: [
          ...templates.map((template) => template.render(context)),
          ...templatesAtExit.map((template) => template.render(context.within(name, atExit))),
        ],
      });
      return {
        apiVersion: API_VERSION,
        kind: "WorkflowTemplate",
        metadata: compact({
          name,
          namespace,
          annotations: described(title, description),
        }),
        spec: whole,
      };
    },
  };
}

function labelsFrom(
  parameterLabels: Readonly<Record<string, string>> = {},
  nameLabel?: string,
): WorkflowSpec["workflowMetadata"] {
  const expressions = [
    ...(nameLabel === undefined ? [] : [[nameLabel, "workflow.name"] as const]),
    ...Object.entries(parameterLabels).map(
      ([label, parameter]) => [label, `workflow.parameters['${parameter}']`] as const,
    ),
  ];
  if (expressions.length === 0) return undefined;
  return {
    labelsFrom: Object.fromEntries(expressions.map(([label, expression]) => [label, { expression }])),
  };
}

function complete(workflow: string, what: string, template: Template): Template {
  const [required] = requiredNames(template.inputs);
  if (required !== undefined) {
    throw new Error(`${workflow}: ${what} ${template.name} requires ${required}, which nothing passes to it`);
  }
  return template;
}

/** The template and all that it runs, directly or not, in the order of their first use, without those known already. */
function reachable(workflow: string, first: Template, known: readonly Template[] = []): Template[] {
  const names = new Map(known.map((template) => [template.name, template]));
  const found: Template[] = [];
  const add = (template: Template): void => {
    const before = names.get(template.name);
    if (before === undefined) {
      names.set(template.name, template);
      found.push(template);
      template.calls.forEach(add);
    } else if (before !== template) {
      throw new Error(`${workflow} has two templates with the name ${template.name}`);
    }
  };
  add(first);
  return found;
}

/** What a run that a template creates carries besides. */
export interface CreatedRun {
  /** @default none */
  readonly labels?: Readonly<Record<string, Value>>;
}

/** A run of a WorkflowTemplate, as an object for a template that creates it. */
export function workflowOf<P extends Parameters>(
  template: WorkflowTemplate<P>,
  ...[given, { labels } = {}]: ArgumentsAnd<P, [created?: CreatedRun]>
): ManifestTree {
  // A workflow takes no artifacts.
  const values = (given ?? {}) as Readonly<Record<string, Value>>;
  const parameters = pass(template.parameters, values);
  return compact({
    apiVersion: API_VERSION,
    kind: "Workflow",
    metadata: compact({ generateName: `${template.name}-`, labels }),
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
