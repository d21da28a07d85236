import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import { API_VERSION } from "./manifests";
import { type Parameters, requiredNames } from "../values/parameters";
import type { WorkflowTemplate } from "./workflows";

/**
 * An expression of the language `expr` that Argo's server computes from an event: `payload` is its body, `discriminator`
 * its kind, and `metadata` its headers that begin with `x-`, in small letters, each a list.
 */
export type EventExpression = string;

export interface EventBindingOptions<P extends Parameters> {
  /** What is run. Its parameters need defaults, or values here. */
  readonly template: WorkflowTemplate<P>;
  /** Which events start it: true or false. An error in it fails every event of the namespace. */
  readonly selector: EventExpression;
  /** Name of the run. An event that gives the name of a run that exists starts none. */
  readonly runName: EventExpression;
  /** Of the run. @default none */
  readonly labels?: Readonly<Record<string, EventExpression>>;
  /** Of the run. @default none */
  readonly annotations?: Readonly<Record<string, EventExpression>>;
  /** Values of parameters. @default none */
  readonly arguments?: { readonly [N in keyof P]?: EventExpression };
}

/** What starts a run when an event comes. */
export interface EventBindingManifest {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: "WorkflowEventBinding";
  readonly metadata: { readonly name: string; readonly namespace?: Input<string> };
  readonly spec: {
    readonly event: { readonly selector: EventExpression };
    readonly submit: {
      readonly workflowTemplateRef: { readonly name: string };
      readonly metadata: {
        readonly name: EventExpression;
        readonly labels?: Readonly<Record<string, EventExpression>>;
        readonly annotations?: Readonly<Record<string, EventExpression>>;
      };
      readonly arguments?: {
        readonly parameters: readonly {
          readonly name: string;
          readonly valueFrom: { readonly event: EventExpression };
        }[];
      };
    };
  };
}

/**
 * A run of a WorkflowTemplate for each event that a selector takes.
 *
 * @param namespace @default left out
 * @throws Error if a parameter has neither a default nor a value
 */
export function eventBinding<P extends Parameters>(
  name: string,
  options: EventBindingOptions<P>,
  namespace?: Input<string>,
): EventBindingManifest {
  const { template, selector, runName, labels, annotations } = options;
  const given = Object.entries<string | undefined>(options.arguments ?? {});
  const missing = requiredNames(template.parameters).find((each) => !given.some(([key]) => key === each));
  if (missing !== undefined) {
    throw new Error(`${name}: ${template.name} requires ${missing}, which nothing passes to it`);
  }
  const parameters = given.flatMap(([key, event]) =>
    event === undefined ? [] : [{ name: key, valueFrom: { event } }],
  );
  return {
    apiVersion: API_VERSION,
    kind: "WorkflowEventBinding",
    metadata: compact({ name, namespace }),
    spec: {
      event: { selector },
      submit: compact({
        workflowTemplateRef: { name: template.name },
        metadata: compact({ name: runName, labels, annotations }),
        arguments: parameters.length === 0 ? undefined : { parameters },
      }),
    },
  };
}
