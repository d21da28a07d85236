import type * as k8s from "@pulumi/kubernetes";
import type { ServedNamespaces } from "../class";

type Schema = k8s.types.input.apiextensions.v1.JSONSchemaProps;
type Column = k8s.types.input.apiextensions.v1.CustomResourceColumnDefinition;

/**
 * One of the eight kinds of Argo Workflows 3.7.
 *
 * In the minimal form: fields inside `spec` and `status` are not described, so the API server takes any. Argo's controller
 * does not start while one stored object is of a wrong type, so admission checks the types of all that students may
 * write. The full form does not: it takes any content of `inline` templates. It costs the API server 500 MB, and the
 * stack's state 53 MB.
 */
export interface ArgoKind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** @default Namespaced */
  readonly scope?: "Cluster";
  /** Members whose content is free. @default spec */
  readonly members?: Readonly<Record<string, Schema>>;
  /** Members that an object must have, besides its metadata. @default spec */
  readonly required?: readonly string[];
  /** True where Argo writes the status by a subresource. @default false */
  readonly statusSubresource?: boolean;
  /** Columns of `kubectl get`. @default only name and age */
  readonly columns?: readonly Column[];
}

/** Group of all kinds. */
export const ARGO_GROUP = "argoproj.io";

/** Replaced as a whole by a server-side apply: two writers never merge half a workflow each. */
const OPEN: Schema = {
  type: "object",
  x_kubernetes_map_type: "atomic",
  x_kubernetes_preserve_unknown_fields: true,
};
const OPEN_FIELDS: Schema = { type: "object", x_kubernetes_preserve_unknown_fields: true };
const TEXT: Schema = { type: "string" };
const SPEC = { spec: OPEN };
const SPEC_AND_STATUS = { spec: OPEN, status: OPEN };

/** The kinds, in alphabetical order. */
export const ARGO_KINDS: readonly ArgoKind[] = [
  {
    kind: "ClusterWorkflowTemplate",
    plural: "clusterworkflowtemplates",
    shortNames: ["clusterwftmpl", "cwft"],
    scope: "Cluster",
  },
  {
    kind: "CronWorkflow",
    plural: "cronworkflows",
    shortNames: ["cwf", "cronwf"],
    members: SPEC_AND_STATUS,
  },
  {
    kind: "Workflow",
    plural: "workflows",
    shortNames: ["wf"],
    members: SPEC_AND_STATUS,
    columns: [
      { name: "Status", type: "string", jsonPath: ".status.phase", description: "Phase of the run" },
      {
        name: "Age",
        type: "date",
        format: "date-time",
        jsonPath: ".status.startedAt",
        description: "Time since the run started",
      },
      {
        name: "Message",
        type: "string",
        jsonPath: ".status.message",
        description: "Why the run is in its phase",
      },
    ],
  },
  {
    kind: "WorkflowArtifactGCTask",
    plural: "workflowartifactgctasks",
    shortNames: ["wfat"],
    members: { spec: OPEN_FIELDS, status: OPEN_FIELDS },
    statusSubresource: true,
  },
  {
    kind: "WorkflowEventBinding",
    plural: "workfloweventbindings",
    shortNames: ["wfeb"],
    members: { spec: OPEN_FIELDS },
  },
  {
    kind: "WorkflowTaskResult",
    plural: "workflowtaskresults",
    shortNames: [],
    // Has neither spec nor status: what a pod reports is at the top level.
    members: { message: TEXT, outputs: OPEN_FIELDS, phase: TEXT, progress: TEXT },
    required: [],
  },
  {
    kind: "WorkflowTaskSet",
    plural: "workflowtasksets",
    shortNames: ["wfts"],
    members: SPEC_AND_STATUS,
    statusSubresource: true,
  },
  { kind: "WorkflowTemplate", plural: "workflowtemplates", shortNames: ["wftmpl"] },
];

/** The name of a kind's definition. The API server takes no other. */
export function definitionName({ plural }: ArgoKind): string {
  return `${plural}.${ARGO_GROUP}`;
}

/**
 * The status of a run of which the API server drops copies of templates: whoever submits by Argo's programs writes
 * them, and neither their content nor their types could be told from forged ones. The controller reads a template that
 * another one refers to where it is.
 */
const STATUS_WITHOUT_COPIES: Schema = { ...OPEN, properties: { storedTemplates: { type: "object" } } };

/**
 * The definition of a kind, as the API server takes it.
 *
 * @param served Whose runs there are. Those of students keep no copies of templates.
 */
export function definitionOf(
  kind: ArgoKind,
  served: ServedNamespaces,
): k8s.apiextensions.v1.CustomResourceDefinitionArgs {
  const properties = {
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: "object" },
    ...(kind.members ?? SPEC),
    ...(kind.kind === "Workflow" && served === "students" ? { status: STATUS_WITHOUT_COPIES } : {}),
  };
  return {
    // What a stack has left when it was destroyed, the next one of its name takes over, also with another version.
    metadata: { name: definitionName(kind), annotations: { "pulumi.com/patchForce": "true" } },
    spec: {
      group: ARGO_GROUP,
      scope: kind.scope ?? "Namespaced",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        ...(kind.shortNames.length > 0 ? { shortNames: [...kind.shortNames] } : {}),
      },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties,
              required: ["metadata", ...(kind.required ?? ["spec"])],
            },
          },
          ...(kind.statusSubresource === true ? { subresources: { status: {} } } : {}),
          ...(kind.columns === undefined ? {} : { additionalPrinterColumns: [...kind.columns] }),
        },
      ],
    },
  };
}
