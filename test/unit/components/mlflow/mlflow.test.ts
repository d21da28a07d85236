import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { childrenOf, generatedName, onlyResource, resetMocks } from "../../../support/mocks";
import {
  deployment,
  MLFLOW_DATABASE,
  MLFLOW_IMAGE,
  MLFLOW_LABELS,
  mlflowArgs,
  variable,
  workload,
} from "../../../support/mlflow";
import { Mlflow } from "../../../../components/mlflow/mlflow";
import { dataName } from "../../../../components/kubernetes/data/name";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const SECRET = generatedName("mlflow-credentials");
const COMMON_ENV = [
  {
    name: "MLFLOW_BACKEND_STORE_URI",
    valueFrom: { secretKeyRef: { name: SECRET, key: "databaseUri" } },
  },
  { name: "MLFLOW_DISABLE_TELEMETRY", value: "true" },
  { name: "HOME", value: "/tmp" },
];
const PROBE = {
  httpGet: { path: "/health", port: "http", httpHeaders: [{ name: "Host", value: "localhost" }] },
};

describe("Mlflow", () => {
  beforeEach(() => resetMocks());

  it("is a Deployment with a volume, of the image that it is given", async () => {
    const mlflow = new Mlflow("mlflow", mlflowArgs());

    assert.deepEqual((await childrenOf(mlflow)).sort(), [
      "kubernetes:apps/v1:Deployment mlflow-server",
      "kubernetes:core/v1:PersistentVolumeClaim mlflow-artifacts",
      "kubernetes:core/v1:Secret mlflow-credentials",
      "kubernetes:core/v1:Service mlflow-service",
    ]);
    const { inputs, secretPaths } = await deployment();
    assert.deepEqual(inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "mlflow", namespace: "lab", labels: MLFLOW_LABELS },
      spec: {
        replicas: 1,
        selector: { matchLabels: MLFLOW_LABELS },
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: MLFLOW_LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: unprivileged(1000),
            initContainers: [
              {
                name: "prepare-database",
                image: MLFLOW_IMAGE,
                command: ["python", "/opt/mlflow/prepare_database.py"],
                env: COMMON_ENV,
                resources: {
                  requests: { cpu: "100m", memory: "256Mi" },
                  limits: { cpu: "1", memory: "512Mi" },
                },
                securityContext: LOCKED_DOWN,
                volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
              },
            ],
            containers: [
              {
                name: "mlflow",
                image: MLFLOW_IMAGE,
                command: ["mlflow", "server"],
                args: [
                  "--host",
                  "0.0.0.0",
                  "--port",
                  "8000",
                  "--workers",
                  "1",
                  "--artifacts-destination",
                  "/mlartifacts",
                ],
                env: [
                  ...COMMON_ENV,
                  {
                    name: "MLFLOW_SERVER_ALLOWED_HOSTS",
                    value:
                      "mlflow,mlflow:*,mlflow.lab,mlflow.lab:*,mlflow.lab.svc,mlflow.lab.svc:*," +
                      "mlflow.lab.svc.cluster.local,mlflow.lab.svc.cluster.local:*," +
                      "localhost,localhost:*,127.0.0.1,127.0.0.1:*",
                  },
                  { name: "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", value: "http://localhost:30800" },
                  { name: "MLFLOW_SERVER_ENABLE_JOB_EXECUTION", value: "false" },
                ],
                ports: [{ name: "http", containerPort: 8000 }],
                startupProbe: { ...PROBE, periodSeconds: 3, timeoutSeconds: 5, failureThreshold: 60 },
                readinessProbe: { ...PROBE, periodSeconds: 5, timeoutSeconds: 5 },
                livenessProbe: { ...PROBE, periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 },
                resources: {
                  requests: { cpu: "100m", memory: "512Mi" },
                  limits: { cpu: "1", memory: "1Gi" },
                },
                securityContext: LOCKED_DOWN,
                volumeMounts: [
                  { name: "tmp", mountPath: "/tmp" },
                  { name: "artifacts", mountPath: "/mlartifacts" },
                ],
              },
            ],
            volumes: [
              { name: "tmp", emptyDir: { sizeLimit: "2Gi" } },
              { name: "artifacts", persistentVolumeClaim: { claimName: dataName("mlflow-artifacts") } },
            ],
          },
        },
      },
    });
    assert.deepEqual(secretPaths, []);
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    assert.deepEqual(claim.inputs, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: dataName("mlflow-artifacts"),
        namespace: "lab",
        labels: { ...MLFLOW_LABELS, "gourmetgram.dev/data": "goes-with-stack" },
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
    });
  });

  it("copies the database before an upgrade where it is the lab's own", async () => {
    new Mlflow("mlflow", mlflowArgs({ ownDatabase: true }));
    const { inputs } = await deployment();
    const { spec } = (inputs as { spec: { template: { spec: { initContainers: { env: object[] }[] } } } })
      .spec.template;
    assert.deepEqual(spec.initContainers[0]?.env, [
      ...COMMON_ENV,
      { name: "COPY_BEFORE_UPGRADE", value: "true" },
    ]);
  });

  it("keeps the database's address in a Secret and nowhere else", async () => {
    new Mlflow("mlflow", mlflowArgs());

    const { inputs, secretPaths } = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "lab", labels: MLFLOW_LABELS },
      immutable: true,
      stringData: { databaseUri: MLFLOW_DATABASE },
    });
    assert.deepEqual(secretPaths, ["stringData"]);
    assert.doesNotMatch(JSON.stringify((await deployment()).inputs), /hush/);
  });

  it("keeps artifacts in S3 with credentials", async () => {
    const credentials = { accessKeyId: pulumi.secret("hush-id"), secretAccessKey: pulumi.secret("hush-key") };
    const s3 = { root: "s3://bucket/path", endpoint: "https://s3.example.org", credentials };
    const mlflow = new Mlflow("mlflow", mlflowArgs({ s3 }));

    assert.ok(!(await childrenOf(mlflow)).join().includes("PersistentVolumeClaim"));
    const { strategy, template } = workload(await deployment());
    assert.deepEqual(strategy, { type: "RollingUpdate" });
    assert.deepEqual(template.spec.volumes, [{ name: "tmp", emptyDir: { sizeLimit: "2Gi" } }]);
    const [server] = template.spec.containers;
    assert.deepEqual(server?.args.slice(-2), ["--artifacts-destination", "s3://bucket/path"]);
    assert.deepEqual(server.volumeMounts, [{ name: "tmp", mountPath: "/tmp" }]);
    assert.deepEqual(server.env.slice(-3), [
      { name: "MLFLOW_S3_ENDPOINT_URL", value: "https://s3.example.org" },
      { name: "AWS_ACCESS_KEY_ID", valueFrom: { secretKeyRef: { name: SECRET, key: "accessKeyId" } } },
      {
        name: "AWS_SECRET_ACCESS_KEY",
        valueFrom: { secretKeyRef: { name: SECRET, key: "secretAccessKey" } },
      },
    ]);
    const secret = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(secret.inputs["stringData"], {
      databaseUri: MLFLOW_DATABASE,
      accessKeyId: "hush-id",
      secretAccessKey: "hush-key",
    });
    assert.deepEqual(secret.secretPaths, ["stringData"]);
  });

  it("keeps artifacts in S3 with the rights of its account, which nothing else has", async () => {
    new Mlflow("mlflow", mlflowArgs({ s3: { root: "s3://bucket" } }));
    const server = workload(await deployment());
    const account = await onlyResource("kubernetes:core/v1:ServiceAccount", "mlflow-account");
    assert.equal((account.inputs["metadata"] as { name: string }).name, "mlflow");
    assert.match(JSON.stringify((await deployment()).inputs), /"serviceAccountName":"mlflow"/);
    assert.equal(variable(server, "MLFLOW_S3_ENDPOINT_URL"), undefined);
    assert.equal(variable(server, "AWS_ACCESS_KEY_ID"), undefined);
    assert.deepEqual((await onlyResource("kubernetes:core/v1:Secret")).inputs["stringData"], {
      databaseUri: MLFLOW_DATABASE,
    });
  });

  it("takes a storage class and a pull secret", async () => {
    new Mlflow("mlflow", mlflowArgs({ storageClass: "fast", imagePullSecret: "pull" }));
    assert.deepEqual(workload(await deployment()).template.spec.imagePullSecrets, [{ name: "pull" }]);
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    assert.match(JSON.stringify(claim.inputs), /"storageClassName":"fast"/);
  });
});
