import assert from "node:assert/strict";
import { parse } from "yaml";
import { controllerConfiguration } from "../../../../components/argo/argo-controller-config";
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
      },
      mainContainer: {
        securityContext: step,
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      },
      metricsConfig: { enabled: false },
    });
  });

  it("is the same text every time, its members sorted", () => {
    const text = controllerConfiguration();
    assert.equal(text, controllerConfiguration());
    const members = Object.keys(parse(text) as object);
    assert.deepEqual(members, [...members].sort());
    assert.doesNotMatch(text, /[&*]/, "aliases are hard to read, and not every reader knows them");
  });
});
