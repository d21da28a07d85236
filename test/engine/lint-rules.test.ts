import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { clusterOf } from "../../tooling/live/api-clients";
import { until } from "../../tooling/support/until";
import { checkout } from "../support/checkout";
import { casesToRun, type Ending, runCases } from "../support/run-cases";
import { ApiServer } from "./support/api-server";

const NAMESPACE = "lint-rules";

/**
 * Argo's controller on an API server without nodes: what fails, hangs or is skipped before there is a pod shows itself
 * there. The rest is run by `npm run verify:lint-rules`.
 */
describe("the linter's collection on Argo's controller", function () {
  this.timeout(300_000);
  const cases = casesToRun();
  let endings: readonly Ending[] = [];
  let server: ApiServer | undefined;
  let controller: ChildProcess | undefined;

  before(async function () {
    const { GOURMETGRAM_ARGO: argo, GOURMETGRAM_ARGO_DEFINITIONS: definitions } = process.env;
    server = await ApiServer.ofThisMachine();
    if (server === undefined || argo === undefined || definitions === undefined) {
      console.log("      skipped: this machine has no programs of Kubernetes and Argo");
      this.skip();
    }
    const files = readdirSync(definitions).filter((file) => file.startsWith("argoproj.io_"));
    const named = files.map((file) => `--filename=${join(definitions, file)}`);
    await server.kubectl("apply", "--server-side", ...named);
    // It fails at once where a definition has no conditions yet.
    const api = server;
    const isEstablished = (): Promise<boolean> =>
      api.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s").then(
        () => true,
        () => false,
      );
    await until(isEstablished, { signal: AbortSignal.timeout(60_000) });
    await server.kubectl("create", "namespace", NAMESPACE);
    await server.kubectl("create", "serviceaccount", "runs", "--namespace", NAMESPACE);
    const configuration = "--from-literal=config={}";
    const name = "workflow-controller-configmap";
    await server.kubectl("create", "configmap", name, configuration, "--namespace", NAMESPACE);
    const options = ["--namespaced", "--executor-image", "argoexec", "--namespace", NAMESPACE];
    const program = join(argo, "..", "workflow-controller");
    controller = spawn(program, ["--kubeconfig", server.kubeconfig, ...options], {
      env: { ...process.env, LEADER_ELECTION_DISABLE: "true", ARGO_NAMESPACE: NAMESPACE },
      cwd: checkout,
      stdio: "ignore",
    });
    const config = new KubeConfig();
    config.loadFromFile(server.kubeconfig);
    const place = { image: "i", serviceAccountName: "runs", imagePullSecrets: [] };
    endings = await runCases(cases, clusterOf(config), {
      ...place,
      namespace: NAMESPACE,
      id: "x",
      // What needs a pod never ends here.
      patience: 80_000,
    });
  });

  after(async () => {
    if (controller?.kill() === true) await once(controller, "exit");
    await server?.stop();
  });

  it("ends as the collection says, or waits for a pod", () => {
    const decided = cases.map(({ title, argo, run = "" }, index) => ({
      title,
      argo,
      run,
      ...endings[index],
    }));
    // With Argo's full definitions, the API server itself refuses some of what `argo lint` refuses and what fails.
    const different = decided.filter(
      ({ argo, run, end }) =>
        end !== run &&
        end !== "waits for a pod" &&
        !(end === "is refused" && run === "fails" && argo === "refuses"),
    );
    assert.deepEqual(different, []);
    const pods = decided.filter(({ end }) => end === "waits for a pod").length;
    console.log(`      ${cases.length - pods} cases have ended or hang, ${pods} wait for a pod`);
    assert.ok(cases.length - pods >= 40);
  });
});
