import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { apiServerOf, requestToken } from "../../../../components/class/access/service-account-token";

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
      bound: { name: "student-access", uid: "4711" },
    });

  it("asks the kubeconfig's cluster, and tells when the token that it gives ends", async () => {
    assert.deepEqual(await request(kubeconfig({ here: url })), {
      token: "issued",
      expires: "2027-03-01T08:00:00.000Z",
    });
    assert.deepEqual(seen, [
      {
        line: "POST /api/v1/namespaces/gourmetgram-alice/serviceaccounts/student/token",
        spec: {
          audiences: [],
          expirationSeconds: 600,
          boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "student-access", uid: "4711" },
        },
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
        "    fix: use an identity that may create serviceaccounts/token there; if the Secret of the access was " +
        "deleted by hand: npm run class -- revoke, then up",
    });
  });

  it("says that a context leads to no cluster", async () => {
    await assert.rejects(
      request(kubeconfig({ here: url }), "nowhere"),
      /the kubeconfig has no current cluster/,
    );
  });
});

describe("apiServerOf", () => {
  const url = "http://127.0.0.1:1";

  it("tells how the cluster of a context is reached", async () => {
    const config = kubeconfig({ here: "http://127.0.0.1:2", there: url });
    assert.deepEqual(await apiServerOf({ kubeconfig: config, context: "there" }), {
      url,
      caData: undefined,
      tlsServerName: undefined,
      skipTlsVerify: true,
    });
  });

  it("says that a context leads to no cluster", async () => {
    await assert.rejects(
      apiServerOf({ kubeconfig: kubeconfig({ here: url }), context: "nowhere" }),
      /the kubeconfig has no current cluster/,
    );
  });
});
