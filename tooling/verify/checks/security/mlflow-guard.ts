import { send } from "../../clients/send";
import { type Check } from "../../suite/check";
import { expectEqual } from "../../suite/expect";

/** A host name that no lab has. */
const STRANGER = "rebound.example";
/** Any path of the REST API: the list of hosts does not hold for /health. */
const API = "/api/2.0/mlflow/registered-models/search?max_results=1";

/** MLflow answers to the names that it is known by, and to no other: a page in a browser cannot make it its own. */
export const mlflowGuard: Check = {
  name: "mlflow-guard",
  title: "MLflow answers under its own addresses and refuses any other host",
  run: async ({ lab, see, signal }) => {
    const { mlflowUrl, mlflowExternalUrl } = lab.outputs;
    const look = [`environment variable MLFLOW_SERVER_ALLOWED_HOSTS of ${lab.outputs.workloads.mlflow.name}`];
    // Not by fetch, which lets no one choose the header `Host`.
    const ask = async (path: string, host: string): Promise<number> => {
      const request = { method: "GET", path, headers: { host } } as const;
      const reply = await send(mlflowExternalUrl, request, { signal, timeout: 30_000 });
      if ("reason" in reply) throw new Error(`no answer from ${mlflowExternalUrl}: ${reply.reason}`);
      return reply.status;
    };

    for (const url of [mlflowUrl, mlflowExternalUrl]) {
      const { host } = new URL(url);
      expectEqual(`status of the API for Host: ${host}`, await ask(API, host), 200, look);
      see(`${host}: 200`);
    }
    for (const host of [STRANGER, `${STRANGER}:8000`, `${new URL(mlflowUrl).hostname}.${STRANGER}`]) {
      expectEqual(`status of the API for Host: ${host}`, await ask(API, host), 403, look);
      see(`${host}: 403`);
    }
    expectEqual("status of /health", await ask("/health", new URL(mlflowExternalUrl).host), 200, look);
    see("/health: 200");
  },
};
