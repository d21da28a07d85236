import assert from "node:assert/strict";
import { roundsOf } from "../../../../tooling/verify/isolation/tries/tries";
import type { Outcome, Try } from "../../../../tooling/verify/isolation/tries/try";
import { SHARED, studentNamed } from "../../../support/students";

const ALICE = studentNamed("alice", 1);
const BOB = studentNamed("bob", 2);
const CAROL = studentNamed("carol", 3);

/** What alice tries at bob. */
const TRIES = roundsOf([ALICE, BOB], SHARED)[0]?.tries ?? [];

function placesOf(tries: readonly Try[], from: string, expected: Outcome): string[] {
  return tries.flatMap(({ expected: wanted, means }) =>
    means.kind === "connect" && means.from === from && wanted === expected
      ? [`${means.host}:${means.port}`]
      : [],
  );
}

function requestsOf(kind: "api" | "registry", expected: Outcome): string[] {
  return TRIES.flatMap(({ expected: wanted, means }) =>
    means.kind === kind && wanted === expected ? [`${means.method} ${means.path}`] : [],
  );
}

describe("what is tried of a class", () => {
  it("goes from each student to the next, so that all are both tried and seen to answer", () => {
    const pairs = roundsOf([ALICE, BOB, CAROL], SHARED).map(({ own, other }) => `${own.name} ${other.name}`);
    assert.deepEqual(pairs, ["alice bob", "bob carol", "carol alice"]);
    assert.deepEqual(roundsOf([ALICE], SHARED), []);
  });

  it("is every service of the other student, by name, Service and pod", () => {
    const all = [...Object.values(BOB.services), BOB.builder].flatMap((service) =>
      service === undefined
        ? []
        : [service.host, ...service.addresses].map((host) => `${host}:${service.port}`),
    );
    const refused = placesOf(TRIES, "build", "refused");
    assert.equal(all.length, 15);
    assert.deepEqual(
      all.filter((place) => !refused.includes(place)),
      [],
    );
  });

  it("is what else a step has no business with", () => {
    const others = placesOf(TRIES, "build", "refused").filter((place) => !/bob|10\.21[45]\.2\./.test(place));
    assert.deepEqual(others, [
      "mlflow-postgres.gourmetgram-alice.svc.cluster.local:5432",
      "10.215.1.2:5432",
      "10.214.1.2:5432",
      "registry.kube-system.svc.cluster.local:5000",
      "10.214.0.1:10250",
    ]);
    assert.deepEqual(placesOf(TRIES, "step", "refused"), [
      "buildkitd.gourmetgram-alice-build.svc.cluster.local:1234",
      "10.215.1.5:1234",
      "10.214.1.5:1234",
    ]);
  });

  it("is what the lab needs, so that a cluster in which nothing works does not pass", () => {
    assert.deepEqual(placesOf(TRIES, "build", "reached"), [
      "mlflow.gourmetgram-alice.svc.cluster.local:8000",
      "app-repository.gourmetgram-alice.svc.cluster.local:8080",
      "gourmetgram.gourmetgram-alice-staging.svc.cluster.local:8000",
      "buildkitd.gourmetgram-alice-build.svc.cluster.local:1234",
    ]);
    assert.deepEqual(placesOf(TRIES, "step", "reached"), ["mlflow.gourmetgram-alice.svc.cluster.local:8000"]);
  });

  it("sees every service that is refused answer to its owner, but for the database", () => {
    const reached = placesOf(roundsOf([ALICE, BOB], SHARED)[1]?.tries ?? [], "build", "reached");
    const { mlflow, git, application } = BOB.services;
    for (const service of [mlflow, git, application, BOB.builder]) {
      assert.ok(reached.includes(`${service?.host ?? ""}:${service?.port ?? 0}`));
    }
    // MLflow answers this from its database.
    const asked = TRIES.find(({ means }) => means.kind === "ask" && means.url.includes("experiments/search"));
    assert.equal(asked?.expected, "reached");
  });

  it("is nothing that an application in staging may reach", () => {
    assert.deepEqual(placesOf(TRIES, "application", "reached"), []);
    const refused = placesOf(TRIES, "application", "refused");
    assert.ok(refused.includes("10.214.2.4:8000"), "the other's application");
    assert.ok(refused.includes("10.214.1.1:8000"), "the own MLflow");
    assert.ok(refused.includes("10.215.0.1:443"), "the API server");
    // It finds no name server, and a name that is not found would prove nothing.
    assert.ok(refused.every((place) => /^[\d.]+:\d+$/.test(place)));
  });

  it("is everything that a student does with runs", () => {
    const own = "/apis/argoproj.io/v1alpha1/namespaces/gourmetgram-alice/workflows";
    const none = "verify-isolation-none?dryRun=All";
    assert.deepEqual(requestsOf("api", "reached"), [
      `GET ${own}`,
      `GET ${own}?watch=1&timeoutSeconds=1`,
      `POST ${own}?dryRun=All`,
      `PATCH ${own}/${none}`,
      `PUT ${own}/${none}`,
      `DELETE /api/v1/namespaces/gourmetgram-alice/pods/${none}`,
      "GET /apis/argoproj.io/v1alpha1/namespaces/gourmetgram-alice/workflowtemplates",
      "GET /api/v1/namespaces/gourmetgram-alice/pods",
      "GET /api/v1/namespaces/gourmetgram-alice/pods/mlflow-alice/log?tailLines=1",
      "POST /api/v1/namespaces/gourmetgram-alice/pods/mlflow-alice/portforward",
      "GET /api/v1/namespaces/gourmetgram-alice/services/mlflow",
      "GET /api/v1/namespaces/gourmetgram-alice-staging/pods",
    ]);
  });

  it("asks for nothing else of the API server that could come about", () => {
    const refused = requestsOf("api", "refused");
    const wants = [
      "GET /api/v1/namespaces/gourmetgram-alice/secrets",
      "GET /api/v1/namespaces/gourmetgram-bob/secrets",
      "GET /api/v1/namespaces/gourmetgram-bob/pods/mlflow-bob/log?tailLines=1",
      "POST /api/v1/namespaces/gourmetgram-bob/pods/mlflow-bob/portforward",
      "POST /api/v1/namespaces/gourmetgram-alice/pods?dryRun=All",
      "POST /api/v1/namespaces/gourmetgram-alice-build/pods?dryRun=All",
      "PATCH /apis/apps/v1/namespaces/gourmetgram-alice-build/deployments/buildkitd/scale?dryRun=All",
      "PATCH /apis/apps/v1/namespaces/gourmetgram-bob-build/deployments/buildkitd?dryRun=All",
      "POST /apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All",
    ];
    assert.deepEqual(
      wants.filter((each) => !refused.includes(each)),
      [],
    );
  });

  it("is more than a student's quota gives, and a pod that has room", () => {
    const quota = TRIES.filter(({ what }) => / in alice's namespace /.test(what));
    assert.deepEqual(
      quota.map(({ expected, means }) => `${expected} ${"path" in means ? means.path : ""}`),
      [
        "reached /api/v1/namespaces/gourmetgram-alice/pods?dryRun=All",
        "refused /api/v1/namespaces/gourmetgram-alice/pods?dryRun=All",
        "refused /api/v1/namespaces/gourmetgram-alice/pods?dryRun=All",
        "refused /api/v1/namespaces/gourmetgram-alice/pods?dryRun=All",
        "refused /api/v1/namespaces/gourmetgram-alice/persistentvolumeclaims?dryRun=All",
        "refused /api/v1/namespaces/gourmetgram-alice/services?dryRun=All",
      ],
    );
    // Every refusal has to be the quota's, or that of the limits.
    assert.ok(quota.every(({ expected, because }) => expected === "reached" || because !== undefined));
  });

  it("changes nothing, even where it is not refused", () => {
    const changing = TRIES.flatMap(({ means }) =>
      (means.kind === "api" || means.kind === "admin") && means.method !== "GET" ? [means.path] : [],
    ).filter((path) => !path.includes("dryRun=All"));
    // Neither of them does anything without a connection that changes its protocol.
    assert.deepEqual(
      changing.filter((path) => !/\/(portforward|exec\?command=id)$/.test(path)),
      [],
    );
  });

  it("is nothing of a registry that is someone else's", () => {
    const elsewhere = { ...ALICE, registryUser: null };
    const { tries = [] } = roundsOf([elsewhere, BOB], { ...SHARED, registry: undefined })[0] ?? {};
    assert.ok(tries.length > 0 && tries.every(({ means }) => means.kind !== "registry"));
  });

  it("is the other student's repository, by whichever way and with whichever name", () => {
    assert.deepEqual(requestsOf("registry", "reached"), [
      "GET /v2/gourmetgram-train/tags/list",
      "GET /v2/alice/gourmetgram-app/tags/list",
      "POST /v2/alice/gourmetgram-app/blobs/uploads/",
      "GET /v2/alice/gourmetgram-app/manifests/build-cache",
      `POST /v2/alice/gourmetgram-app/blobs/uploads/?mount=${ALICE.blob}&from=alice%2Fgourmetgram-app`,
    ]);
    const mount = `/v2/alice/gourmetgram-app/blobs/uploads/?mount=${BOB.blob}&from=bob%2Fgourmetgram-app`;
    assert.ok(requestsOf("registry", "refused").includes(`POST ${mount}`));
    const cache = "/v2/bob/gourmetgram-app/manifests/build-cache";
    const refused = requestsOf("registry", "refused");
    assert.ok(refused.includes(`GET ${cache}`) && refused.includes(`PUT ${cache}`));
    assert.ok(refused.includes("PUT /v2/gourmetgram-train/manifests/build-cache"));
    assert.ok(requestsOf("registry", "refused").includes("GET /v2/alice/../bob/gourmetgram-app/tags/list"));
  });
});
