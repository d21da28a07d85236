import { childrenOf, generatedName, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { Backup, type BackupArgs } from "../../../../components/backup/backup";
import { BackupAccess } from "../../../../components/backup/backup-access";
import { bundleBackupProgram } from "../../../../components/backup/backup-program";
import { LocalRegistry } from "../../../../components/registry/local-registry";
import { externalRegistry } from "../../../../components/registry/registry";
import { checkout } from "../../../support/checkout";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";
import * as pulumi from "@pulumi/pulumi";

const LABELS = { "app.kubernetes.io/name": "gourmetgram-backup", "app.kubernetes.io/part-of": "gourmetgram" };
const ARGS: BackupArgs = {
  namespace: "backups",
  image: "backup:1",
  registry: externalRegistry({ address: "ghcr.io/team" }),
  schedule: "0 3 * * *",
  suspended: false,
  passphrase: pulumi.secret("several words"),
  keep: 7,
  storage: "5Gi",
  storageClass: undefined,
  apiServerAddresses: [],
  apiServerPorts: [443, 6443],
};
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/** The environment of the job's container. */
async function environmentOf(): Promise<unknown> {
  const { spec } = (await onlyResource("kubernetes:batch/v1:CronJob")).inputs as {
    spec: { jobTemplate: { spec: { template: { spec: { containers: { env?: unknown }[] } } } } };
  };
  return spec.jobTemplate.spec.template.spec.containers[0]?.env;
}

describe("Backup", () => {
  beforeEach(() => resetMocks());

  it("is a CronJob in a namespace of its own that admits restricted pods alone", async () => {
    const backup = new Backup("backup", ARGS);

    assert.equal(await promiseOf(backup.namespace), "backups");
    assert.deepEqual((await childrenOf(backup)).sort(), [
      "kubernetes:batch/v1:CronJob backup-job",
      "kubernetes:core/v1:Namespace backup-namespace",
      "kubernetes:core/v1:PersistentVolumeClaim backup-data",
      "kubernetes:core/v1:Secret backup-labs",
      "kubernetes:core/v1:Secret backup-passphrase",
      "kubernetes:core/v1:ServiceAccount backup-account",
      `${POLICY} backup-network`,
    ]);
    const namespace = await onlyResource("kubernetes:core/v1:Namespace");
    const { labels } = namespace.inputs["metadata"] as { labels: Record<string, string> };
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
    assert.equal(labels["gourmetgram.dev/data"], "goes-with-stack");
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    const { name: claimName } = claim.inputs["metadata"] as { name: string };
    assert.deepEqual(claim.inputs["metadata"], {
      name: claimName,
      namespace: "backups",
      labels: { ...LABELS, "gourmetgram.dev/data": "goes-with-stack" },
      annotations: { "pulumi.com/skipAwait": "true" },
    });
    assert.equal(claim.options.retainOnDelete, true);
    assert.deepEqual((await onlyResource("kubernetes:batch/v1:CronJob")).inputs["spec"], {
      schedule: "0 3 * * *",
      timeZone: "Etc/UTC",
      suspend: false,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 43_200,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: LABELS },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: 21_600,
          template: {
            metadata: { labels: LABELS },
            spec: {
              serviceAccountName: "backup",
              automountServiceAccountToken: true,
              enableServiceLinks: false,
              restartPolicy: "Never",
              securityContext: unprivileged(1000),
              containers: [
                {
                  name: "backup",
                  image: "backup:1",
                  command: ["node", "--no-deprecation", "/opt/backup/in-cluster.js"],
                  args: ["/run/backup/labs", "/run/backup/passphrase/passphrase", "/backups", "7"],
                  resources: {
                    requests: { cpu: "100m", memory: "256Mi" },
                    limits: { cpu: "1", memory: "512Mi" },
                  },
                  securityContext: LOCKED_DOWN,
                  volumeMounts: [
                    { name: "labs", mountPath: "/run/backup/labs", readOnly: true },
                    { name: "passphrase", mountPath: "/run/backup/passphrase", readOnly: true },
                    { name: "backups", mountPath: "/backups" },
                  ],
                },
              ],
              volumes: [
                { name: "labs", secret: { secretName: "gourmetgram-backup-labs", defaultMode: 0o440 } },
                {
                  name: "passphrase",
                  secret: { secretName: generatedName("backup-passphrase"), defaultMode: 0o440 },
                },
                { name: "backups", persistentVolumeClaim: { claimName } },
              ],
            },
          },
        },
      },
    });
  });

  it("has the passphrase in a Secret alone", async () => {
    new Backup("backup", ARGS);
    const secret = await onlyResource("kubernetes:core/v1:Secret", "backup-passphrase");
    assert.deepEqual(secret.inputs["stringData"], { passphrase: "several words" });
    assert.notEqual(secret.secretPaths.length, 0);
    assert.equal(secret.inputs["immutable"], true);
  });

  it("is told of a bucket, with the credentials in a Secret, and reaches the port of its service besides", async () => {
    const credentials = { accessKeyId: pulumi.secret("id"), secretAccessKey: pulumi.secret("hush") };
    const bucket = {
      address: "s3://bucket/lab",
      endpoint: "https://s3.example.org:9000",
      port: 9000,
      credentials,
    };
    new Backup("backup", { ...ARGS, bucket });

    const secret = await onlyResource("kubernetes:core/v1:Secret", "backup-bucket");
    assert.deepEqual(secret.inputs["stringData"], { accessKeyId: "id", secretAccessKey: "hush" });
    assert.notEqual(secret.secretPaths.length, 0);
    const key = (name: string, which: string) => ({
      name,
      valueFrom: { secretKeyRef: { name: generatedName("backup-bucket"), key: which } },
    });
    assert.deepEqual(await environmentOf(), [
      { name: "BACKUP_BUCKET", value: "s3://bucket/lab" },
      { name: "BACKUP_S3_ENDPOINT", value: "https://s3.example.org:9000" },
      key("AWS_ACCESS_KEY_ID", "accessKeyId"),
      key("AWS_SECRET_ACCESS_KEY", "secretAccessKey"),
    ]);
    const { egress } = (await onlyResource(POLICY)).inputs["spec"] as unknown as {
      egress: { ports: { port: number }[] }[];
    };
    assert.deepEqual(
      egress.map(({ ports }) => ports.map(({ port }) => port)),
      [[443, 6443], [53, 53], [9000]],
    );
  });

  it("has no Secret for a bucket that the cloud lets its account use", async () => {
    const bucket = { address: "s3://bucket", endpoint: undefined, port: 443, credentials: undefined };
    const backup = new Backup("backup", { ...ARGS, bucket });
    assert.deepEqual(await environmentOf(), [{ name: "BACKUP_BUCKET", value: "s3://bucket" }]);
    assert.doesNotMatch((await childrenOf(backup)).join(), /backup-bucket/);
  });

  it("is reached by nobody, and reaches the API server alone where the registry is elsewhere", async () => {
    new Backup("backup", { ...ARGS, apiServerAddresses: ["10.0.0.1/32"] });
    assert.deepEqual((await onlyResource(POLICY)).inputs["spec"], {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [],
      egress: [
        {
          to: [{ ipBlock: { cidr: "10.0.0.1/32" } }],
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "TCP", port: 6443 },
          ],
        },
      ],
    });
  });

  it("reaches name servers and the lab's own registry besides", async () => {
    const place = { image: "registry:3", nodePort: 30500, storage: "1Gi", pullFrom: "node-port" } as const;
    new Backup("backup", { ...ARGS, registry: new LocalRegistry("registry", place).target });
    const { egress } = (await onlyResource(POLICY)).inputs["spec"] as unknown as { egress: object[] };
    assert.equal(egress.length, 3);
    assert.deepEqual(egress[2], {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: {
            matchLabels: { "app.kubernetes.io/name": "registry", "app.kubernetes.io/part-of": "gourmetgram" },
          },
        },
      ],
      ports: [{ protocol: "TCP", port: 5000 }],
    });
  });

  it("pulls its image with the credentials of a registry that asks for some", async () => {
    const credentials = { username: "builder", password: pulumi.secret("hush") };
    new Backup("backup", { ...ARGS, registry: externalRegistry({ address: "ghcr.io", credentials }) });
    const { spec } = (await onlyResource("kubernetes:batch/v1:CronJob")).inputs as {
      spec: { jobTemplate: { spec: { template: { spec: { imagePullSecrets?: unknown } } } } };
    };
    assert.deepEqual(spec.jobTemplate.spec.template.spec.imagePullSecrets, [
      { name: generatedName("backup-pull-secret-credentials") },
    ]);
  });
});

describe("BackupAccess", () => {
  beforeEach(() => resetMocks());

  it("gives the account of the backups its rights, and tells it of the lab under the stack's own key", async () => {
    const access = new BackupAccess("access", {
      backupNamespace: "backups",
      namespace: "lab",
      stagingNamespace: "staging",
      target: pulumi.secret('{"stack":"test"}'),
    });
    assert.deepEqual((await childrenOf(access)).sort(), [
      "kubernetes:core/v1:SecretPatch access-target",
      "kubernetes:rbac.authorization.k8s.io/v1:Role access-platform-role",
      "kubernetes:rbac.authorization.k8s.io/v1:Role access-staging-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding access-platform-binding",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding access-staging-binding",
    ]);
    for (const [place, namespace] of [
      ["platform", "lab"],
      ["staging", "staging"],
    ] as const) {
      const { inputs } = await onlyResource(
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        `access-${place}-binding`,
      );
      assert.deepEqual(inputs["metadata"], { name: "backup", namespace });
      assert.deepEqual(inputs["subjects"], [
        { kind: "ServiceAccount", name: "backup", namespace: "backups" },
      ]);
    }
    const target = await onlyResource("kubernetes:core/v1:SecretPatch");
    const data = target.inputs["data"] as Record<string, string>;
    assert.deepEqual(Object.keys(data), ["test.json"]);
    assert.equal(Buffer.from(data["test.json"] ?? "", "base64").toString(), '{"stack":"test"}');
    assert.notEqual(target.secretPaths.length, 0);
  });
});

describe("the program of the backups", () => {
  it("is one file, which needs no package", async () => {
    bundleBackupProgram();
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-test-"));
    try {
      mkdirSync(join(folder, "labs"));
      writeFileSync(join(folder, "passphrase"), "several words");
      const program = join(checkout, "images/backup/dist/in-cluster.js");
      const args = [program, "labs", "passphrase", ".", "7"];
      const { stdout, stderr, exitCode } = await execa("node", args, { cwd: folder, reject: false });
      assert.deepEqual([stdout, exitCode], ["labs: none", 0]);
      assert.match(stderr, /nothing is backed up: .*\n {2}remedy: npm run class -- up --roster FILE/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
