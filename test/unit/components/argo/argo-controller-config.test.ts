import assert from "node:assert/strict";
import { parse } from "yaml";
import { controllerConfiguration } from "../../../../components/argo/argo-controller-config";
import type { RunPages } from "../../../../components/argo";
import { lifeCycle } from "../../../../components/argo/workflow-policy";

describe("the configuration of Argo's controller", () => {
  it("is exactly this", () => {
    const step = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
    assert.deepEqual(parse(controllerConfiguration()), {
      workflowDefaults: {
        spec: { ...lifeCycle(3600), volumeClaimGC: { strategy: "OnWorkflowCompletion" } },
      },
      workflowRestrictions: { templateReferencing: "Strict" },
      executor: {
        securityContext: {
          ...step,
          runAsNonRoot: true,
          runAsUser: 8737,
          seccompProfile: { type: "RuntimeDefault" },
        },
        resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
        env: [
          {
            name: "TRANSIENT_ERROR_PATTERN",
            value: "^the server was unable to return a response in the time allotted",
          },
        ],
      },
      mainContainer: {
        securityContext: step,
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      },
      links: [
        {
          name: "Build",
          scope: "workflow",
          url: "/workflows/${metadata.namespace}?label=gourmetgram%2Fmodel-version%3D${workflow.status.outputs.parameters.0.value}${workflow.metadata.labels.gourmetgram/model-version}",
        },
        {
          name: "Training",
          scope: "workflow",
          url: "/workflows/${metadata.namespace}/${workflow.metadata.labels.gourmetgram/training}",
        },
      ],
      columns: [
        { name: "Schedule", type: "label", key: "workflows.argoproj.io/cron-workflow" },
        { name: "Event", type: "label", key: "workflows.argoproj.io/workflow-event-binding" },
        { name: "Scenario", type: "label", key: "gourmetgram/scenario" },
        { name: "Model version", type: "label", key: "gourmetgram/model-version" },
      ],
      metricsConfig: { enabled: false },
    });
  });

  it("leads from a run to its version and to staging, where those have addresses", () => {
    const links = (pages: RunPages): unknown[] => {
      const { links: found } = parse(controllerConfiguration({ pages })) as { links: unknown[] };
      return found.slice(2);
    };
    const staging = { name: "Staging", scope: "workflow", url: "http://staging" };
    assert.deepEqual(links({ model: "http://mlflow/#/models/food", staging: "http://staging" }), [
      {
        name: "Model",
        scope: "workflow",
        url: "http://mlflow/#/models/food/versions/${workflow.status.outputs.parameters.0.value}${workflow.metadata.labels.gourmetgram/model-version}",
      },
      staging,
    ]);
    assert.deepEqual(links({ staging: "http://staging" }), [staging]);
  });

  it("is the same text every time, its members sorted", () => {
    const text = controllerConfiguration();
    assert.equal(text, controllerConfiguration());
    const members = Object.keys(parse(text) as object);
    assert.deepEqual(members, [...members].sort());
    assert.doesNotMatch(text, /[&*]/, "aliases are hard to read, and not every reader knows them");
  });
});
