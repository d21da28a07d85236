import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { requestToken } from "../../../../components/class/service-account-token";

const EXPIRES = "2027-03-01T08:00:00Z";

/** A kubeconfig with two contexts, each for a server of its own. */
function kubeconfig(servers: Readonly<Record<string, string>>): string {
  const names = Object.keys(servers);
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: names.map((name) => ({
      name,
      // The client speaks plain HTTP only where it is told not to look at certificates.
      cluster: { server: servers[name], "insecure-skip-tls-verify": true },
    })),
    users: [{ name: "teacher", user: { token: "teachers-own" } }],
    contexts: names.map((name) => ({ name, context: { cluster: name, user: "teacher" } })),
    "current-context": names[0],
  });
}

describe("requestToken", () => {
  const seen: { line: string; spec: unknown; who: string | undefined }[] = [];
  let server: Server;
  let url: string;
  let answer: { status: number; body: unknown };

  before(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const { spec } = JSON.parse(body) as { spec: unknown };
        const { method = "", url: path = "", headers } = request;
        seen.push({ line: `${method} ${path}`, spec, who: headers.authorization });
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    answer = { status: 201, body: { status: { token: "issued", expirationTimestamp: EXPIRES } } };
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const request = (config: string, context?: string) =>
    requestToken({
      kubeconfig: config,
      context,
      namespace: "gourmetgram-alice",
      account: "student",
      seconds: 600,
    });

  it("asks the kubeconfig's cluster, and tells when the token that it gives ends", async () => {
    assert.deepEqual(await request(kubeconfig({ here: url })), {
      token: "issued",
      expires: "2027-03-01T08:00:00.000Z",
      server: { url, caData: undefined, tlsServerName: undefined, skipTlsVerify: true },
    });
    assert.deepEqual(seen, [
      {
        line: "POST /api/v1/namespaces/gourmetgram-alice/serviceaccounts/student/token",
        spec: { audiences: [], expirationSeconds: 600 },
        who: "Bearer teachers-own",
      },
    ]);
  });

  it("asks the cluster of another context where one is named", async () => {
    const config = kubeconfig({ elsewhere: "http://127.0.0.1:1", here: url });
    assert.equal((await request(config, "here")).token, "issued");
  });

  it("says what the cluster refuses, and who could do it", async () => {
    answer = { status: 403, body: { kind: "Status", message: 'User "teacher" cannot create resource' } };
    await assert.rejects(request(kubeconfig({ here: url })), {
      message:
        "the cluster gives no token for the service account student in gourmetgram-alice: " +
        'User "teacher" cannot create resource\n' +
        "    fix: use an identity that may create serviceaccounts/token there",
    });
  });

  it("says that a context leads to no cluster", async () => {
    await assert.rejects(request(kubeconfig({ here: url }), "nowhere"), /the kubeconfig names no cluster/);
  });
});
