import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  assertNotSecret,
  assertSecret,
  childrenOf,
  onlyResource,
  promiseOf,
  resetMocks,
} from "../../../support/mocks";
import { externalDatabase, Postgres } from "../../../../components/mlflow/postgres";
import { dataName } from "../../../../components/kubernetes/data/name";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const ARGS = { namespace: "lab", image: "postgres:17", storage: "5Gi" };
const LABELS = { "app.kubernetes.io/name": "mlflow-postgres", "app.kubernetes.io/part-of": "gourmetgram" };
const PROBE = {
  exec: { command: ["pg_isready", "-h", "127.0.0.1", "-U", "mlflow", "-d", "mlflow"] },
  timeoutSeconds: 5,
};

describe("Postgres", () => {
  beforeEach(() => resetMocks());

  it("is a StatefulSet with a generated password", async () => {
    const postgres = new Postgres("postgres", ARGS);

    assert.deepEqual((await childrenOf(postgres)).sort(), [
      "kubernetes:apps/v1:StatefulSet postgres-server",
      "kubernetes:core/v1:Secret postgres-credentials",
      "kubernetes:core/v1:Service postgres-service",
      "random:index/randomPassword:RandomPassword postgres-password",
    ]);
    const password = await onlyResource("random:index/randomPassword:RandomPassword");
    assert.deepEqual(password.inputs, { length: 32, special: false });
    const service = await onlyResource("kubernetes:core/v1:Service");
    assert.deepEqual(service.inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "mlflow-postgres", namespace: "lab", labels: LABELS },
      spec: {
        clusterIP: "None",
        selector: LABELS,
        ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }],
      },
    });
    const statefulSet = await onlyResource("kubernetes:apps/v1:StatefulSet");
    assert.deepEqual(statefulSet.inputs, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: {
        annotations: { "pulumi.com/patchForce": "true" },
        name: "mlflow-postgres",
        namespace: "lab",
        labels: LABELS,
      },
      spec: {
        serviceName: "mlflow-postgres",
        replicas: 1,
        selector: { matchLabels: LABELS },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: unprivileged(999),
            containers: [
              {
                name: "postgres",
                image: "postgres:17",
                env: [
                  { name: "POSTGRES_USER", value: "mlflow" },
                  { name: "POSTGRES_DB", value: "mlflow" },
                  { name: "POSTGRES_PASSWORD_FILE", value: "/run/secrets/postgres/password" },
                  { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
                ],
                ports: [{ name: "postgres", containerPort: 5432 }],
                startupProbe: { ...PROBE, periodSeconds: 2, failureThreshold: 90 },
                readinessProbe: { ...PROBE, periodSeconds: 5 },
                livenessProbe: { ...PROBE, periodSeconds: 20, failureThreshold: 6 },
                resources: {
                  requests: { cpu: "50m", memory: "128Mi" },
                  limits: { cpu: "1", memory: "512Mi" },
                },
                securityContext: LOCKED_DOWN,
                volumeMounts: [
                  { name: "data", mountPath: "/var/lib/postgresql/data" },
                  { name: "password", mountPath: "/run/secrets/postgres", readOnly: true },
                  { name: "run", mountPath: "/var/run/postgresql" },
                  { name: "tmp", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [
              {
                name: "password",
                secret: { secretName: dataName("postgres-credentials"), defaultMode: 0o440 },
              },
              { name: "run", emptyDir: { sizeLimit: "16Mi" } },
              { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data", labels: LABELS },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
          },
        ],
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      },
    });
  });

  it("keeps the password secret wherever it goes", async () => {
    const postgres = new Postgres("postgres", ARGS);

    const uri = await promiseOf(postgres.uri);
    const [, password] =
      /^postgresql:\/\/mlflow:(\w{32})@mlflow-postgres\.lab\.svc\.cluster\.local:5432\/mlflow$/.exec(uri) ??
      [];
    assert.ok(password !== undefined, uri);
    await assertSecret(postgres.uri, "uri");
    await assertNotSecret(postgres.statefulSetName, "statefulSetName");
    const { inputs, secretPaths } = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: dataName("postgres-credentials"),
        namespace: "lab",
        labels: { ...LABELS, "gourmetgram.dev/data": "goes-with-stack" },
      },
      immutable: true,
      stringData: { password },
    });
    assert.deepEqual(secretPaths, ["stringData"]);
    const statefulSet = await onlyResource("kubernetes:apps/v1:StatefulSet");
    assert.deepEqual(statefulSet.secretPaths, []);
    assert.ok(!JSON.stringify(statefulSet.inputs).includes(password));
    const component = await onlyResource("gourmetgram:index:Postgres");
    assert.deepEqual(component.outputs, { uri, statefulSetName: "mlflow-postgres" });
  });

  it("takes a storage class", async () => {
    new Postgres("postgres", { ...ARGS, storageClass: "fast" });
    const { inputs } = await onlyResource("kubernetes:apps/v1:StatefulSet");
    assert.match(JSON.stringify(inputs), /"storageClassName":"fast"/);
  });
});

describe("externalDatabase", () => {
  it("is a secret address and nothing that the lab runs", async () => {
    const { uri, statefulSetName } = externalDatabase(pulumi.output("postgresql://u:p@db/mlflow"));
    await assertSecret(uri, "uri");
    assert.equal(statefulSetName, undefined);
  });
});
