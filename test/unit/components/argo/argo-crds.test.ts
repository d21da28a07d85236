import assert from "node:assert/strict";
import type { ServedNamespaces } from "../../../../components/class";
import { ARGO_KINDS, definitionOf } from "../../../../components/argo/argo-crds";

const OPEN = { type: "object", x_kubernetes_preserve_unknown_fields: true };
const ATOMIC = { ...OPEN, x_kubernetes_map_type: "atomic" };

function definition(kind: string, served: ServedNamespaces = { namespace: "lab" }) {
  const found = ARGO_KINDS.find((each) => each.kind === kind);
  assert.ok(found !== undefined, `no kind ${kind}`);
  // The definitions are plain data, although the type would let values be unknown.
  return definitionOf(found, served) as unknown as {
    metadata: { name: string };
    spec: { scope: string; names: unknown; versions: [Record<string, unknown>] };
  };
}

describe("the kinds of Argo Workflows", () => {
  it("are the eight that its programs look for", () => {
    assert.deepEqual(
      ARGO_KINDS.map(({ kind }) => definition(kind)).map(({ metadata, spec }) => [
        metadata.name,
        spec.scope,
        spec.names,
      ]),
      [
        ["ClusterWorkflowTemplate", "Cluster", ["clusterwftmpl", "cwft"]],
        ["CronWorkflow", "Namespaced", ["cwf", "cronwf"]],
        ["Workflow", "Namespaced", ["wf"]],
        ["WorkflowArtifactGCTask", "Namespaced", ["wfat"]],
        ["WorkflowEventBinding", "Namespaced", ["wfeb"]],
        ["WorkflowTaskResult", "Namespaced", []],
        ["WorkflowTaskSet", "Namespaced", ["wfts"]],
        ["WorkflowTemplate", "Namespaced", ["wftmpl"]],
      ].map(([kind, scope, shortNames]) => {
        const singular = String(kind).toLowerCase();
        const names = { kind, listKind: `${String(kind)}List`, plural: `${singular}s`, singular };
        return [
          `${singular}s.argoproj.io`,
          scope,
          shortNames?.length === 0 ? names : { ...names, shortNames },
        ];
      }),
    );
  });

  it("describe a run in full", () => {
    assert.deepEqual(definition("Workflow").spec.versions, [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: { type: "object" },
              spec: ATOMIC,
              status: ATOMIC,
            },
            required: ["metadata", "spec"],
          },
        },
        additionalPrinterColumns: [
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
    ]);
  });

  it("have the members that Argo reads and writes", () => {
    const members = (kind: string) => {
      const [{ schema, subresources }] = definition(kind).spec.versions;
      const { properties, required } = (
        schema as { openAPIV3Schema: { properties: Record<string, unknown>; required: string[] } }
      ).openAPIV3Schema;
      return { own: Object.keys(properties).slice(3), required, status: subresources !== undefined };
    };
    const spec = ["metadata", "spec"];
    assert.deepEqual(Object.fromEntries(ARGO_KINDS.map(({ kind }) => [kind, members(kind)])), {
      ClusterWorkflowTemplate: { own: ["spec"], required: spec, status: false },
      CronWorkflow: { own: ["spec", "status"], required: spec, status: false },
      Workflow: { own: ["spec", "status"], required: spec, status: false },
      WorkflowArtifactGCTask: { own: ["spec", "status"], required: spec, status: true },
      WorkflowEventBinding: { own: ["spec"], required: spec, status: false },
      WorkflowTaskResult: {
        own: ["message", "outputs", "phase", "progress"],
        required: ["metadata"],
        status: false,
      },
      WorkflowTaskSet: { own: ["spec", "status"], required: spec, status: true },
      WorkflowTemplate: { own: ["spec"], required: spec, status: false },
    });
  });

  it("keep no copies of templates in the runs of students", () => {
    const [version] = definition("Workflow", "students").spec.versions;
    const { openAPIV3Schema } = version["schema"] as { openAPIV3Schema: { properties: object } };
    // No member of it is described, so the API server drops all that it has.
    const status = { ...ATOMIC, properties: { storedTemplates: { type: "object" } } };
    assert.deepEqual((openAPIV3Schema.properties as { status: unknown }).status, status);
  });
});
