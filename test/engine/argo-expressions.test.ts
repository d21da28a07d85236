import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { replaced } from "../../packages/argo-workflows";
import { controllerContainer } from "../../components/argo/argo-containers";
import { controllerConfiguration } from "../../components/argo/argo-controller-config";
import { until } from "../../tooling/support/until";
import { ClassCluster } from "./support/class-cluster";

const ARGO = process.env["GOURMETGRAM_ARGO"];
const NAMESPACE = "gourmetgram-alice";
const EXPRESSION = replaced(`=sprig.repeat(3, "ab")`);

/** What the lab's container of the controller has in its environment. */
const LAB = Object.fromEntries(
  (controllerContainer("", "", "students").env as { name: string; value: string }[]).map(
    ({ name, value }) => [name, value],
  ),
);

describe("an expression in a parameter, before Argo's real controller", function () {
  this.timeout(120_000);
  let cluster: ClassCluster;

  before(async function () {
    if (ARGO === undefined) return this.skip(); // There are no programs of Argo.
    const started = await ClassCluster.start(["alice"]);
    if (started === undefined) return this.skip(); // No programs of Kubernetes on this machine.
    cluster = started;
    await cluster.apply(
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "workflow-controller-configmap", namespace: "argo" },
        data: { config: controllerConfiguration() },
      },
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "WorkflowTemplate",
        metadata: { name: "wait", namespace: NAMESPACE },
        spec: {
          entrypoint: "wait",
          arguments: { parameters: [{ name: "text" }] },
          templates: [{ name: "wait", inputs: { parameters: [{ name: "text" }] }, suspend: {} }],
        },
      },
    );
  });

  after(() => cluster?.stop());

  /** What becomes of a run with the expression: the parameter that its step gets, or why there is none. */
  async function runWith(env: Readonly<Record<string, string>>, name: string): Promise<string> {
    const controller = startController(cluster.server.kubeconfig, env);
    try {
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
      const seen = "jsonpath={.status.nodes.*.inputs.parameters[0].value}{.status.message}";
      let text = "";
      await until(
        async () => {
          text = await cluster.server.kubectl(...place, seen);
          return text !== "";
        },
        { signal: AbortSignal.timeout(60_000) },
      );
      return text;
    } finally {
      controller.kill("SIGKILL");
      await once(controller, "exit");
    }
  }

  it("is evaluated by Argo as it comes", async () => {
    assert.equal(await runWith({ ...LAB, EXPRESSION_TEMPLATES: "" }, "as-it-comes"), "ababab");
  });

  it("is text to the lab's", async () => {
    assert.equal(await runWith(LAB, "as-the-lab-has-it"), EXPRESSION);
  });
});

function startController(kubeconfig: string, env: Readonly<Record<string, string>>): ChildProcess {
  const program = join(dirname(ARGO ?? ""), "workflow-controller");
  const args = ["--kubeconfig", kubeconfig, "--namespace", "argo", "--executor-image", "none"];
  return spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
}
