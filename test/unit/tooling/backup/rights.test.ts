import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { BACKUP_RIGHTS } from "../../../../components/backup";
import { accessOf } from "../../../../tooling/backup/labs/access-of";
import { mlflowVersion } from "../../../../tooling/backup/parts/artifacts";
import { OUTPUTS } from "../../../support/lab-outputs";

/** A request as rules name it: verb, resource and namespace. */
function asked(method: string, url: string, upgrade: boolean): string {
  const [, rest = ""] = /\/namespaces\/(.*?)(?:\?|$)/.exec(url) ?? [];
  const [namespace = "", resource = "", name, part] = rest.split("/");
  const verb = upgrade ? "connect" : name === undefined ? "list" : method.toLowerCase();
  return `${verb} ${part === undefined ? resource : `${resource}/${part}`} in ${namespace}`;
}

/** What the rights allow, in the same words. API servers count a connection as `get` or as `create`. */
function allowed(): string[] {
  return BACKUP_RIGHTS.flatMap(({ place, rules }) =>
    rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => {
        const words = verbs.join() === "get,create" ? ["connect"] : verbs;
        return words.map((verb) => `${verb} ${resource} in ${place === "platform" ? "lab" : place}`);
      }),
    ),
  );
}

describe("backup: the account in the cluster", () => {
  let api: Server;
  const requests = new Set<string>();

  before(async () => {
    api = createServer((request, response) => {
      requests.add(asked(request.method ?? "", request.url ?? "", false));
      const labels = { app: "x" };
      const body = request.url?.includes("/services/")
        ? { spec: { selector: labels, ports: [8000, 8080].map((port) => ({ port })) } }
        : request.url?.includes("/deployments/")
          ? { metadata: { annotations: {} } }
          : {
              items: [
                { metadata: { name: "a" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
              ],
            };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
    api.on("upgrade", (request, socket) => {
      requests.add(asked(request.method ?? "", request.url ?? "", true));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    api.listen(0, "127.0.0.1");
    await once(api, "listening");
  });
  after(() => {
    api.closeAllConnections();
    api.close();
  });

  it("may do what a backup asks of the API server, and no more", async () => {
    const config = new KubeConfig();
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: "test", server, skipTLSVerify: true }, { name: "test" });
    const workloads = {
      ...OUTPUTS.workloads,
      postgres: { kind: "StatefulSet" as const, namespace: "lab", name: "mlflow-postgres" },
    };
    const target = { stack: "dev", student: null, outputs: { ...OUTPUTS, workloads } };
    const lab = await accessOf(
      config,
      { ...target, registryUser: null, registryPassword: null },
      { registry: undefined, report: () => undefined, signal: new AbortController().signal },
    );
    assert.equal(await lab.staging.tested(), null);
    await assert.rejects(lab.database(["true"]));
    assert.ok(lab.git);
    await assert.rejects(lab.git(["true"]));
    await assert.rejects(mlflowVersion(lab.mlflow));
    await lab.close();
    assert.deepEqual([...requests].sort(), allowed().sort());
  });
});
