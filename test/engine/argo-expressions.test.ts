import assert from "node:assert/strict";
import { replaced } from "../../packages/argo-workflows";
import { until } from "../../tooling/support/until";
import { ARGO, CONFIGURATION, LAB, whileControlled } from "./support/argo-controller";
import { ClassCluster } from "./support/class-cluster";

const NAMESPACE = "gourmetgram-alice";
const EXPRESSION = replaced(`=sprig.repeat(3, "ab")`);

describe("an expression in a parameter, before Argo's real controller", function () {
  this.timeout(120_000);
  let cluster: ClassCluster;

  before(async function () {
    if (ARGO === undefined) return this.skip(); // There are no programs of Argo.
    const started = await ClassCluster.start(["alice"]);
    if (started === undefined) return this.skip(); // No programs of Kubernetes on this machine.
    cluster = started;
    await cluster.apply(CONFIGURATION, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTemplate",
      metadata: { name: "wait", namespace: NAMESPACE },
      spec: {
        entrypoint: "wait",
        arguments: { parameters: [{ name: "text" }] },
        templates: [{ name: "wait", inputs: { parameters: [{ name: "text" }] }, suspend: {} }],
      },
    });
  });

  after(() => cluster?.stop());

  /** What becomes of a run with the expression: the parameter that its step gets, or why there is none. */
  async function runWith(env: Readonly<Record<string, string>>, name: string): Promise<string> {
    const seen = async (): Promise<string> => {
      await cluster.apply({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Workflow",
        metadata: { name, namespace: NAMESPACE },
        spec: {
          workflowTemplateRef: { name: "wait" },
          arguments: { parameters: [{ name: "text", value: EXPRESSION }] },
        },
      });
      const place = ["get", "workflow", name, "--namespace", NAMESPACE, "-o"];
      const path = "jsonpath={.status.nodes.*.inputs.parameters[0].value}{.status.message}";
      const ask = async (): Promise<string | undefined> =>
        (await cluster.server.kubectl(...place, path)) || undefined;
      return until(ask, { signal: AbortSignal.timeout(60_000) });
    };
    return whileControlled(cluster.server.kubeconfig, seen, env);
  }

  it("is evaluated by Argo as it comes", async () => {
    assert.equal(await runWith({ ...LAB, EXPRESSION_TEMPLATES: "" }, "as-it-comes"), "ababab");
  });

  it("is text to the lab's", async () => {
    assert.equal(await runWith(LAB, "as-the-lab-has-it"), EXPRESSION);
  });
});
