import type { Workflow } from "./workflow";

/** What is needed to create a run. */
export interface NewWorkflow {
  readonly metadata: {
    readonly generateName: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: Workflow["metadata"]["ownerReferences"];
  };
  readonly spec: Workflow["spec"];
}

/**
 * A run of a WorkflowTemplate, as `argo submit --from workflowtemplate/NAME` makes it.
 *
 * @param parameters By name; one that is undefined is left to the template.
 * @param labels Of the run, besides Argo's own.
 */
export function submission(
  template: string,
  parameters: Readonly<Record<string, string | undefined>>,
  labels: Readonly<Record<string, string>> = {},
): NewWorkflow {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return {
    metadata: {
      generateName: `${template}-`,
      labels: { ...labels, "workflows.argoproj.io/workflow-template": template },
    },
    spec: { workflowTemplateRef: { name: template }, arguments: { parameters: given } },
  };
}
