import { type Plain, recorded, resetMocks } from "../../support/mocks";
import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { prioritize, protectBase } from "../../../stacks/transforms";

/** The inputs of the objects that `declare` makes after the transforms, by their names. */
async function transformed(declare: () => void): Promise<Record<string, Record<string, Plain>>> {
  resetMocks();
  await pulumi.runtime.runInPulumiStack(() => {
    protectBase([new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding("guard")]);
    const priority = new k8s.scheduling.v1.PriorityClass("priority", {
      metadata: { name: "high" },
      value: 1,
    });
    prioritize(priority.metadata.name);
    declare();
    return Promise.resolve({});
  });
  return Object.fromEntries((await recorded()).map(({ name, inputs }) => [name, inputs]));
}

const LABEL = { "gourmetgram.dev/scope": "base" };

describe("what is added to every object of a base", () => {
  it("is added also where a part of the object is an output", async () => {
    const labels = { app: "it" };
    const inputs = await transformed(() => {
      new k8s.core.v1.ConfigMap("plain", { metadata: { labels } });
      new k8s.core.v1.ConfigMap("none", {});
      new k8s.core.v1.ConfigMap("metadata", { metadata: pulumi.output({ labels }) });
      new k8s.core.v1.ConfigMap("labels", { metadata: { labels: pulumi.output(labels) } });
    });
    for (const name of ["plain", "metadata", "labels"]) {
      assert.deepEqual(inputs[name]?.["metadata"], { labels: { ...labels, ...LABEL } }, name);
    }
    assert.deepEqual(inputs["none"]?.["metadata"], { labels: LABEL });
  });

  it("is a priority of each Deployment's pods, which waits for its class", async () => {
    const pod = { containers: [] };
    const metadata = { labels: { app: "it" } };
    const selector = { matchLabels: metadata.labels };
    const inputs = await transformed(() => {
      new k8s.apps.v1.Deployment("plain", { spec: { selector, template: { metadata, spec: pod } } });
      new k8s.apps.v1.Deployment("spec", {
        spec: pulumi.output({ selector, template: { metadata, spec: pod } }),
      });
      new k8s.apps.v1.Deployment("pod", {
        spec: { selector, template: { metadata, spec: pulumi.output(pod) } },
      });
    });
    for (const name of ["plain", "spec", "pod"]) {
      assert.deepEqual(
        inputs[name]?.["spec"],
        { selector, template: { metadata, spec: { ...pod, priorityClassName: "high" } } },
        name,
      );
    }
    const all = await recorded();
    const priority = all.find(({ name }) => name === "priority");
    for (const { type, name, dependencies } of all) {
      if (type.endsWith(":Deployment")) assert.ok(dependencies.includes(priority?.urn ?? ""), name);
    }
  });
});
