import {
  assertNotSecret,
  assertSecret,
  onlyResource,
  promiseOf,
  resetMocks,
  uidOf,
} from "../../../support/mocks";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { Rbac } from "../../../../components/rbac/rbac";
import { keptToken, type Token } from "../../../../components/class/access/bound-token";
import type { TokenRequest } from "../../../../components/class/access/service-account-token";
import { StudentAccess, type StudentAccessArgs } from "../../../../components/class/access/student-access";
import { kubeconfigText, tokenIn } from "../../../../components/class/access/student-kubeconfig";

const SERVER = { url: "https://cluster.example:6443", caData: "Y2VydA==" };
const EXPIRES = "2027-03-01T08:00:00.000Z";
const DAY = 86_400;
const UID = uidOf("student-access-bound");

/** A source of tokens that keeps what it is asked for. */
function source() {
  const asked: TokenRequest[] = [];
  const tokens = (request: TokenRequest): Promise<Token> => {
    asked.push(request);
    return Promise.resolve({ token: `token-${asked.length}`, expires: EXPIRES });
  };
  return { asked, tokens };
}

const ARGS: StudentAccessArgs = {
  account: "student",
  namespace: "gourmetgram-alice",
  days: 120,
  after: [],
  server: () => Promise.resolve(SERVER),
};

const access = (changed: Partial<StudentAccessArgs>): StudentAccess =>
  new StudentAccess("student-access", { ...ARGS, ...changed });

/** A token as an API server makes it, but for its signature. */
function tokenWith({ uid, age, days }: { uid: string; age: number; days: number }): string {
  const iat = Math.floor(Date.now() / 1000) - age * DAY;
  const claims = { iat, exp: iat + days * DAY, "kubernetes.io": { secret: { name: "s", uid } } };
  return ["{}", JSON.stringify(claims), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
}

const kubeconfigWith = (token: string): string =>
  kubeconfigText({ server: SERVER, namespace: "gourmetgram-alice", account: "student", token });

describe("StudentAccess", () => {
  beforeEach(() => resetMocks());

  it("is a kubeconfig with a token that ends, for the student's own namespace", async () => {
    const { asked, tokens } = source();
    const { kubeconfig, expires } = access({ tokens });

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
        bound: { name: "student-access-120d", uid: UID },
      },
    ]);
  });

  it("keeps the kubeconfig secret, and not the time at which it ends", async () => {
    const cluster = { kubeconfig: pulumi.secret("apiVersion: v1"), context: "class" };
    const { asked, tokens } = source();
    const { kubeconfig, expires } = access({ cluster, tokens });
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
    const { kubeconfig, expires } = access({ tokens });
    await assert.rejects(promiseOf(kubeconfig), /unknown/);
    await assert.rejects(promiseOf(expires), /unknown/);
    await assertSecret(kubeconfig, "the kubeconfig");
    assert.deepEqual(asked, []);
  });

  it("is given the account as Rbac tells it, after its bindings", async () => {
    const { asked, tokens } = source();
    const rbac = new Rbac("rbac", {
      namespace: "gourmetgram-alice",
      stagingNamespace: "staging",
      buildNamespace: "build",
    });
    await promiseOf(access({ account: rbac.serviceAccounts.student, tokens }).expires);
    assert.deepEqual(
      asked.map(({ account }) => account),
      ["student"],
    );
  });

  it("fails with what the cluster says", async () => {
    const { kubeconfig } = access({
      tokens: () => Promise.reject(new Error("the cluster gives no token")),
    });
    await assert.rejects(
      (kubeconfig as unknown as { promise(): Promise<unknown> }).promise(),
      /the cluster gives no token/,
    );
  });

  it("keeps the last token until half of its time has passed, if it is bound to the same Secret", async () => {
    for (const [token, kept] of [
      [tokenWith({ uid: UID, age: 59, days: 120 }), true],
      [tokenWith({ uid: UID, age: 61, days: 120 }), false],
      [tokenWith({ uid: "of a Secret that is gone", age: 1, days: 120 }), false],
      ["a-token-of-another-kind", false],
    ] as const) {
      resetMocks();
      const { asked, tokens } = source();
      const { kubeconfig } = access({ tokens, last: pulumi.secret(kubeconfigWith(token)) });
      assert.equal(tokenIn(await promiseOf(kubeconfig)), kept ? token : "token-1");
      assert.equal(asked.length, kept ? 0 : 1, token);
    }
  });

  it("takes over the cluster's new address with a token that it keeps", async () => {
    const last = kubeconfigWith(tokenWith({ uid: UID, age: 1, days: 120 }));
    const server = () => Promise.resolve({ url: "https://moved.example" });
    assert.match(await promiseOf(access({ last, server }).kubeconfig), /server: https:\/\/moved\.example/);
  });

  it("binds to an empty Secret that comes after what bounds the student, and goes even where data is kept", async () => {
    const before = new Rbac("rbac", {
      namespace: "gourmetgram-alice",
      stagingNamespace: "staging",
      buildNamespace: "build",
    });
    await promiseOf(access({ ...source(), after: [before] }).expires);
    const { inputs, options, dependencies } = await onlyResource("kubernetes:core/v1:Secret");
    const { name, namespace } = inputs["metadata"] as Readonly<Record<string, string>>;
    assert.deepEqual({ name, namespace }, { name: "student-access-120d", namespace: "gourmetgram-alice" });
    assert.ok(!("data" in inputs) && !("stringData" in inputs));
    assert.ok(dependencies.some((urn) => urn.includes("RoleBinding")));
    assert.equal(options.retainOnDelete, undefined);
  });
});

describe("keptToken", () => {
  it("tells when the token ends", () => {
    const second = (): number => Math.floor(Date.now() / 1000);
    const before = second();
    const token = tokenWith({ uid: "u", age: 0, days: 1 });
    const after = second();
    const { expires = "" } = keptToken(token, { name: "s", uid: "u" }) ?? {};
    const begun = Date.parse(expires) / 1000 - DAY;
    assert.ok(before <= begun && begun <= after, expires);
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
