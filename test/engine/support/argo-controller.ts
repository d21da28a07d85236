import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { controllerContainer } from "../../../components/argo/argo-containers";
import { controllerConfiguration } from "../../../components/argo/argo-controller-config";

/** Argo's command line, beside which its controller is; undefined where there are no programs of Argo. */
export const ARGO = process.env["GOURMETGRAM_ARGO"];

type Environment = Readonly<Record<string, string>>;

/** What the lab's container of the controller has in its environment. */
export const LAB: Environment = Object.fromEntries(
  (controllerContainer("", "", "students").env as { name: string; value: string }[]).map(
    ({ name, value }) => [name, value],
  ),
);

/** Where the controller looks for its configuration. */
export const CONFIGURATION = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "workflow-controller-configmap", namespace: "argo" },
  data: { config: controllerConfiguration() },
};

/** Does something while Argo's real controller runs. @param env @default the lab's */
export async function whileControlled<T>(
  kubeconfig: string,
  work: () => Promise<T>,
  env: Environment = LAB,
): Promise<T> {
  const controller = start(kubeconfig, env);
  try {
    return await work();
  } finally {
    controller.kill("SIGKILL");
    await once(controller, "exit");
  }
}

function start(kubeconfig: string, env: Environment): ChildProcess {
  const program = join(dirname(ARGO ?? ""), "workflow-controller");
  const args = ["--kubeconfig", kubeconfig, "--namespace", "argo", "--executor-image", "none"];
  return spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } });
}
