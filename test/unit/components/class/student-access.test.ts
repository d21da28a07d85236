import { assertNotSecret, assertSecret, promiseOf, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { Rbac } from "../../../../components/rbac/rbac";
import type { IssuedToken, TokenRequest } from "../../../../components/class/service-account-token";
import { studentAccess, type StudentAccessArgs } from "../../../../components/class/student-access";
import { kubeconfigText } from "../../../../components/class/student-kubeconfig";

const SERVER = { url: "https://cluster.example:6443", caData: "Y2VydA==" };
const EXPIRES = "2027-03-01T08:00:00.000Z";

/** A source of tokens that keeps what it is asked for. */
function source() {
  const asked: TokenRequest[] = [];
  const tokens = (request: TokenRequest): Promise<IssuedToken> => {
    asked.push(request);
    return Promise.resolve({ token: `token-${asked.length}`, expires: EXPIRES, server: SERVER });
  };
  return { asked, tokens };
}

const ARGS: StudentAccessArgs = { account: "student", namespace: "gourmetgram-alice", days: 120 };

describe("studentAccess", () => {
  beforeEach(() => resetMocks());

  it("is a kubeconfig with a token that ends, for the student's own namespace", async () => {
    const { asked, tokens } = source();
    const { kubeconfig, expires } = studentAccess({ ...ARGS, tokens });

    assert.deepEqual(parse(await promiseOf(kubeconfig)), {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "gourmetgram-alice",
          cluster: { server: "https://cluster.example:6443", "certificate-authority-data": "Y2VydA==" },
        },
      ],
      users: [{ name: "gourmetgram-alice-student", user: { token: "token-1" } }],
      contexts: [
        {
          name: "gourmetgram-alice",
          context: {
            cluster: "gourmetgram-alice",
            namespace: "gourmetgram-alice",
            user: "gourmetgram-alice-student",
          },
        },
      ],
      "current-context": "gourmetgram-alice",
    });
    assert.equal(await promiseOf(expires), EXPIRES);
    assert.deepEqual(asked, [
      {
        kubeconfig: undefined,
        context: undefined,
        namespace: "gourmetgram-alice",
        account: "student",
        seconds: 10_368_000,
      },
    ]);
  });

  it("keeps the kubeconfig secret, and not the time at which it ends", async () => {
    const cluster = { kubeconfig: pulumi.secret("apiVersion: v1"), context: "class" };
    const { asked, tokens } = source();
    const { kubeconfig, expires } = studentAccess({ ...ARGS, cluster, tokens });
    await assertSecret(kubeconfig, "the kubeconfig");
    await assertNotSecret(expires, "its end");
    await promiseOf(expires);
    assert.deepEqual(
      asked.map((request) => [request.kubeconfig, request.context]),
      [["apiVersion: v1", "class"]],
    );
  });

  it("asks for no token in a preview, and knows neither output", async () => {
    resetMocks({ preview: true });
    const { asked, tokens } = source();
    const { kubeconfig, expires } = studentAccess({ ...ARGS, tokens });
    await assert.rejects(promiseOf(kubeconfig), /unknown/);
    await assert.rejects(promiseOf(expires), /unknown/);
    await assertSecret(kubeconfig, "the kubeconfig");
    assert.deepEqual(asked, []);
  });

  it("is given the account as Rbac tells it, after its bindings", async () => {
    const { asked, tokens } = source();
    const rbac = new Rbac("rbac", { namespace: "gourmetgram-alice", stagingNamespace: "staging" });
    await promiseOf(studentAccess({ ...ARGS, account: rbac.serviceAccounts.student, tokens }).expires);
    assert.deepEqual(
      asked.map(({ account }) => account),
      ["student"],
    );
  });

  it("fails with what the cluster says", async () => {
    const { kubeconfig } = studentAccess({
      ...ARGS,
      tokens: () => Promise.reject(new Error("the cluster gives no token")),
    });
    await assert.rejects(
      (kubeconfig as unknown as { promise(): Promise<unknown> }).promise(),
      /the cluster gives no token/,
    );
  });
});

describe("kubeconfigText", () => {
  it("says how the server's certificate is looked at", () => {
    const server = { url: "https://10.0.0.1", tlsServerName: "cluster.example", skipTlsVerify: true };
    const text = kubeconfigText({ server, namespace: "lab", account: "student", token: "t" });
    const { clusters } = parse(text) as { clusters: { cluster: unknown }[] };
    assert.deepEqual(clusters[0]?.cluster, {
      server: "https://10.0.0.1",
      "tls-server-name": "cluster.example",
      "insecure-skip-tls-verify": true,
    });
  });
});
