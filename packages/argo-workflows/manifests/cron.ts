import type { Input } from "@pulumi/pulumi";
import { compact } from "./compact";
import { described } from "./described";
import { API_VERSION, type CronWorkflowManifest, type CronWorkflowSpec } from "./manifests";
import { type Arguments, type Parameters, pass, renderPassed } from "../values/parameters";
import { RenderContext } from "../values/references";
import type { WorkflowTemplate } from "./workflows";

export interface CronWorkflowOptions<P extends Parameters> extends Omit<CronWorkflowSpec, "workflowSpec"> {
  /** What is run. Its parameters need defaults, or values here. */
  readonly template: WorkflowTemplate<P>;
  readonly arguments: Arguments<P>;
  /** Shown on Argo's page above the description. @default the name */
  readonly title?: string;
  /** Shown on Argo's page. @default none */
  readonly description?: string;
}

/**
 * A schedule that runs a WorkflowTemplate.
 *
 * @param namespace @default left out
 */
export function cronWorkflow<P extends Parameters>(
  name: string,
  options: CronWorkflowOptions<P>,
  namespace?: Input<string>,
): CronWorkflowManifest {
  const { template, arguments: given, title, description, ...schedule } = options;
  const passed = renderPassed(pass(template.parameters, given), new RenderContext(name, []));
  return {
    apiVersion: API_VERSION,
    kind: "CronWorkflow",
    metadata: compact({ name, namespace, annotations: described(title, description) }),
    spec: {
      ...schedule,
      workflowSpec: compact({
        workflowTemplateRef: { name: template.name },
        arguments: passed,
      }),
    },
  };
}
