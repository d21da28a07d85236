import type * as pulumi from "@pulumi/pulumi";
import type { ArgoProgramArgs } from "./argo-program";
import type { ServedNamespaces } from "../class";
import type { Resources } from "../sizes";
import { PATIENT_WITH_API_SERVER } from "./argo-controller-config";

type Container = ArgoProgramArgs["container"];

/** Port of the server, for TLS. */
export const SERVER_PORT = 2746;

/** What the containers of Argo's own programs are given. */
export const ARGO_RESOURCES: Readonly<Record<"controller" | "server", Resources>> = {
  controller: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  server: { requests: { cpu: "20m", memory: "96Mi" }, limits: { cpu: "1", memory: "512Mi" } },
};

/**
 * Argo pastes parameters into templates and looks at the result again, so an expression in a parameter would be one of
 * whoever submits the run or pushes its code. Some expressions take all memory.
 */
const NO_EXPRESSIONS = { name: "EXPRESSION_TEMPLATES", value: "false" } as const;

/** Limits the view of either program to one namespace. For a class its rights are what limits it. */
function only(managed: ServedNamespaces): pulumi.Input<string>[] {
  return managed === "students" ? [] : ["--namespaced", "--managed-namespace", managed.namespace];
}

/**
 * The container of the controller. Its image starts the program, so only arguments are given.
 *
 * @param image Image of the controller.
 * @param executorImage Image that the controller puts beside every step.
 * @param managed Namespaces whose workflows it executes.
 */
export function controllerContainer(
  image: pulumi.Input<string>,
  executorImage: pulumi.Input<string>,
  managed: ServedNamespaces,
): Container {
  const httpGet = { path: "/healthz", port: "health" };
  return {
    image,
    args: [...only(managed), "--executor-image", executorImage],
    env: [
      // There is only one. An election would need leases, and add seconds to every start.
      { name: "LEADER_ELECTION_DISABLE", value: "true" },
      // How long a run whose pod has changed waits for its turn. The default of 10 s, meant for thousands of runs at a
      // time, would be most of what a run of short steps takes. Argo's source advises against less than one second.
      { name: "DEFAULT_REQUEUE_TIME", value: "1s" },
      PATIENT_WITH_API_SERVER,
      NO_EXPRESSIONS,
    ],
    ports: [{ name: "health", containerPort: 6060 }],
    readinessProbe: { httpGet, periodSeconds: 5 },
    // Fails if workflows have been waiting for five minutes without any progress.
    livenessProbe: {
      httpGet,
      initialDelaySeconds: 90,
      periodSeconds: 60,
      timeoutSeconds: 30,
      failureThreshold: 3,
    },
    resources: ARGO_RESOURCES.controller,
  };
}

/**
 * The container of the server.
 *
 * @param image Image of the server.
 * @param managed Namespaces that it shows.
 */
export function serverContainer(image: pulumi.Input<string>, managed: ServedNamespaces): Container {
  const httpGet = { path: "/", port: "https", scheme: "HTTPS" };
  return {
    image,
    args: [
      "server",
      // Every client presents a token, and may do what its account may do.
      "--auth-mode=client",
      ...only(managed),
      // Strict transport security holds for all ports of a host: browsers would no longer open MLflow's page.
      "--hsts=false",
      // The links of a run's page lead to other pages of the server, wherever it is reached: those have no protocol.
      ...["http", "https", ""].map((protocol) => `--allowed-link-protocol=${protocol}`),
    ],
    // No surveys and announcements over the page. They lead out of the lab, and the first covers what a student looks for.
    env: [
      ...["FIRST_TIME_USER_MODAL", "FEEDBACK_MODAL", "NEW_VERSION_MODAL"].map((name) => ({
        name,
        value: "false",
      })),
      NO_EXPRESSIONS,
    ],
    ports: [{ name: "https", containerPort: SERVER_PORT }],
    readinessProbe: { httpGet, periodSeconds: 5 },
    livenessProbe: { httpGet, initialDelaySeconds: 30, periodSeconds: 30, failureThreshold: 3 },
    resources: ARGO_RESOURCES.server,
  };
}
