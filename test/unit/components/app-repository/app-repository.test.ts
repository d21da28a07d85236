import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  assertSecret,
  childrenOf,
  generatedName,
  onlyResource,
  promiseOf,
  recorded,
  resetMocks,
} from "../../../support/mocks";
import { AppRepository, type AppRepositoryArgs } from "../../../../components/app-repository/app-repository";
import { externalAppRepository } from "../../../../components/app-repository/external-app-repository";
import { BuiltImage } from "../../../../components/images/built-image";
import { IMAGES } from "../../../../components/images/images";
import { externalRegistry } from "../../../../components/registry/registry";
import { checkout } from "../../../support/checkout";
import { dataName } from "../../../../components/kubernetes/data/name";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const LABELS = { "app.kubernetes.io/name": "app-repository", "app.kubernetes.io/part-of": "gourmetgram" };
const IMAGE = `ghcr.io/team/gourmetgram-git@sha256:${"0123456789abcdef".repeat(4)}`;
const ARGS: AppRepositoryArgs = {
  namespace: "lab",
  image: IMAGE,
  branch: "main",
  nodePort: 30300,
  externalHost: "2001:db8::7",
  storage: "1Gi",
  webhook: {
    eventsUrl: "https://argo-server.argo:2746/api/v1/events/lab/push",
    secret: "gEh3im",
    runsUrl: "https://host:30746/workflows/lab",
  },
};
const MOUNTS = [
  { name: "files", mountPath: "/etc/git-server", readOnly: true },
  { name: "repositories", mountPath: "/srv/git" },
  { name: "tmp", mountPath: "/tmp" },
];

const server = () => onlyResource("kubernetes:apps/v1:Deployment");

describe("AppRepository", () => {
  beforeEach(() => resetMocks());

  it("is a git server with a volume behind a node port", async () => {
    const repository = new AppRepository("app-repository", ARGS);

    assert.deepEqual((await childrenOf(repository)).sort(), [
      "kubernetes:apps/v1:Deployment app-repository-server",
      "kubernetes:core/v1:ConfigMap app-repository-files",
      "kubernetes:core/v1:ConfigMap app-repository-hooks",
      "kubernetes:core/v1:ConfigMap app-repository-training",
      "kubernetes:core/v1:PersistentVolumeClaim app-repository-data",
      "kubernetes:core/v1:Secret app-repository-users",
      "kubernetes:core/v1:Secret app-repository-webhook",
      "kubernetes:core/v1:Service app-repository-service",
      "random:index/randomPassword:RandomPassword app-repository-password",
    ]);
    const common = {
      image: IMAGE,
      env: [{ name: "HOME", value: "/tmp" }],
      securityContext: LOCKED_DOWN,
    };
    assert.deepEqual((await server()).inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "app-repository", namespace: "lab", labels: LABELS },
      spec: {
        replicas: 1,
        selector: { matchLabels: LABELS },
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels: LABELS },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: unprivileged(1000),
            initContainers: [
              {
                ...common,
                name: "seed",
                command: ["sh", "/etc/git-server/seed.sh"],
                resources: {
                  requests: { cpu: "50m", memory: "32Mi" },
                  limits: { cpu: "500m", memory: "128Mi" },
                },
                volumeMounts: MOUNTS,
              },
              {
                ...common,
                name: "seed-training",
                command: ["sh", "/etc/git-server/seed.sh"],
                env: [
                  ...common.env,
                  { name: "REPOSITORY", value: "/srv/git/gourmetgram-train.git" },
                  { name: "SEED", value: "/seed-training" },
                  { name: "OWN_BRANCH", value: "mlops" },
                  { name: "TITLE", value: "The GourmetGram training code" },
                  { name: "HOOKS", value: "/etc/git-hooks" },
                  { name: "BAD_BRANCH", value: "mlops-bad" },
                  { name: "BAD_PATCH", value: "/etc/git-server/mlops-bad.patch" },
                  { name: "BAD_TITLE", value: "Keep only the weights of the model" },
                ],
                resources: {
                  requests: { cpu: "50m", memory: "32Mi" },
                  limits: { cpu: "500m", memory: "128Mi" },
                },
                volumeMounts: [...MOUNTS, { name: "training", mountPath: "/seed-training", readOnly: true }],
              },
            ],
            containers: [
              {
                ...common,
                name: "git-server",
                command: ["lighttpd", "-D", "-f", "/etc/git-server/lighttpd.conf"],
                ports: [{ name: "http", containerPort: 8080 }],
                readinessProbe: {
                  httpGet: { path: "/gourmetgram.git/info/refs?service=git-upload-pack", port: "http" },
                  periodSeconds: 10,
                  timeoutSeconds: 5,
                },
                livenessProbe: {
                  httpGet: { path: "/health", port: "http" },
                  periodSeconds: 20,
                  timeoutSeconds: 5,
                  failureThreshold: 6,
                },
                resources: {
                  requests: { cpu: "50m", memory: "32Mi" },
                  limits: { cpu: "500m", memory: "256Mi" },
                },
                volumeMounts: [
                  ...MOUNTS,
                  { name: "users", mountPath: "/run/secrets/git-server", readOnly: true },
                  { name: "hooks", mountPath: "/etc/git-hooks", readOnly: true },
                  { name: "webhook", mountPath: "/run/secrets/git-webhook", readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: "files", configMap: { name: generatedName("app-repository-files") } },
              {
                name: "training",
                configMap: {
                  name: generatedName("app-repository-training"),
                  items: [
                    { key: "flow.py", path: "flow.py" },
                    { key: "Dockerfile", path: "Dockerfile" },
                    { key: "README.md", path: "README.md" },
                    { key: "tests--test_model_accuracy.py", path: "tests/test_model_accuracy.py" },
                  ],
                },
              },
              {
                name: "hooks",
                configMap: { name: generatedName("app-repository-hooks"), defaultMode: 0o555 },
              },
              {
                name: "webhook",
                secret: { secretName: generatedName("app-repository-webhook"), defaultMode: 0o440 },
              },
              {
                name: "users",
                secret: { secretName: dataName("app-repository-users"), defaultMode: 0o440 },
              },
              {
                name: "repositories",
                persistentVolumeClaim: { claimName: dataName("app-repository-data") },
              },
              { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
            ],
          },
        },
      },
    });
    const service = await onlyResource("kubernetes:core/v1:Service");
    assert.deepEqual(service.inputs["spec"], {
      type: "NodePort",
      selector: LABELS,
      ports: [{ name: "http", port: 8080, targetPort: "http", nodePort: 30300 }],
    });
  });

  it("is reached by a port-forward where it has no node port", async () => {
    const repository = new AppRepository("app-repository", { ...ARGS, nodePort: undefined });

    assert.equal(await promiseOf(repository.externalUrl), "http://localhost:8081/gourmetgram.git");
    assert.deepEqual((await onlyResource("kubernetes:core/v1:Service")).inputs["spec"], {
      type: "ClusterIP",
      selector: LABELS,
      ports: [{ name: "http", port: 8080, targetPort: "http" }],
    });
  });

  it("serves the application of this project", async () => {
    new BuiltImage("git-server-image", {
      source: IMAGES.gitServer,
      baseImage: "debian:bookworm-slim",
      registry: externalRegistry({ address: "ghcr.io/team" }),
    });
    new AppRepository("app-repository", ARGS);

    const image = await onlyResource("docker:index/image:Image");
    assert.equal(image.inputs["imageName"], "ghcr.io/team/gourmetgram-git:test");
    assert.deepEqual(image.inputs["build"], {
      context: "./images/app",
      dockerfile: "./images/git-server/Dockerfile",
      args: { BASE_IMAGE: "debian:bookworm-slim" },
      network: "host",
    });
    const configMap = (name: string) =>
      onlyResource("kubernetes:core/v1:ConfigMap", `app-repository-${name}`);
    const { inputs } = await configMap("files");
    const read = (file: string) => readFileSync(join(checkout, "images", "git-server", file), "utf8");
    assert.equal(inputs["immutable"], true);
    assert.deepEqual(inputs["data"], {
      "lighttpd.conf": read("lighttpd.conf"),
      "receive.sh": read("receive.sh"),
      "seed.sh": read("seed.sh"),
      "mlops-bad.patch": read("../training/commit/mlops-bad.patch"),
    });
    const hooks = (await configMap("hooks")).inputs["data"] as Record<string, string>;
    assert.equal(hooks["post-receive"], read("post_receive.py"));
    assert.deepEqual((await configMap("training")).inputs["data"], {
      "flow.py": read("../training/flow.py"),
      Dockerfile: read("../training/commit/Dockerfile"),
      "README.md": read("../training/commit/README.md"),
      "tests--test_model_accuracy.py": read("../training/tests/test_model_accuracy.py"),
    });
  });

  it("tells Argo's server of pushes to the training code, and no one else the secret", async () => {
    const repository = new AppRepository("app-repository", { ...ARGS });
    assert.deepEqual(await promiseOf(pulumi.output(repository.training)), {
      url: "http://app-repository.lab.svc.cluster.local:8080/gourmetgram-train.git",
      externalUrl: "http://[2001:db8::7]:30300/gourmetgram-train.git",
    });
    const secret = await onlyResource("kubernetes:core/v1:Secret", "app-repository-webhook");
    assert.deepEqual(secret.inputs["stringData"], { secret: "gEh3im" });
    const { inputs } = await onlyResource("kubernetes:core/v1:ConfigMap", "app-repository-hooks");
    const hooks = inputs["data"] as Record<string, string>;
    assert.deepEqual(Object.keys(hooks), ["post-receive", "settings.json"]);
    assert.deepEqual(JSON.parse(hooks["settings.json"] ?? ""), {
      eventsUrl: "https://argo-server.argo:2746/api/v1/events/lab/push",
      repositoryUrl: "http://app-repository.lab.svc.cluster.local:8080/gourmetgram-train.git",
      runsUrl: "https://host:30746/workflows/lab",
    });
  });

  it("mounts its files where the git server looks for them", () => {
    const settings = readFileSync(join(checkout, "images", "git-server", "lighttpd.conf"), "utf8");
    for (const wanted of ["/run/secrets/git-server/users", "/srv/git", "/gourmetgram.git", "8080"]) {
      assert.ok(settings.includes(wanted), wanted);
    }
  });

  it("is reached by everyone, and pushed to with a generated password", async () => {
    const repository = new AppRepository("app-repository", ARGS);

    const { url, externalUrl, push, branch, credentialsSecret } = repository;
    assert.deepEqual(await promiseOf(pulumi.all([url, externalUrl])), [
      "http://app-repository.lab.svc.cluster.local:8080/gourmetgram.git",
      "http://[2001:db8::7]:30300/gourmetgram.git",
    ]);
    assert.deepEqual([branch, credentialsSecret, push.username], ["main", undefined, "student"]);
    await assertSecret(push.password, "the password");
    const secret = await onlyResource("kubernetes:core/v1:Secret", "app-repository-users");
    assert.deepEqual(secret.inputs["stringData"], { users: `student:${await promiseOf(push.password)}\n` });
    assert.deepEqual(secret.secretPaths, ["stringData"]);
  });

  it("takes a storage class and a pull secret", async () => {
    new AppRepository("app-repository", { ...ARGS, storageClass: "fast", imagePullSecret: "pull" });
    const claim = await onlyResource("kubernetes:core/v1:PersistentVolumeClaim");
    assert.match(JSON.stringify(claim.inputs), /"storageClassName":"fast"/);
    assert.match(JSON.stringify((await server()).inputs), /"imagePullSecrets":\[\{"name":"pull"\}\]/);
  });
});

describe("externalAppRepository", () => {
  beforeEach(() => resetMocks());

  const url = "https://git.example.org/app.git";

  it("is read by everyone", async () => {
    const repository = externalAppRepository("app-repository", {
      namespace: "lab",
      url,
      branch: "course",
    });
    assert.deepEqual(
      (await recorded()).filter(({ custom }) => custom),
      [],
    );
    assert.deepEqual(await promiseOf(pulumi.all([repository.url, repository.externalUrl])), [url, url]);
    const { branch, credentialsSecret, push } = repository;
    assert.deepEqual([branch, credentialsSecret, push], ["course", undefined, undefined]);
  });

  it("is read with credentials from a Secret", async () => {
    const credentials = { username: "reader", password: pulumi.secret("hush") };
    const repository = externalAppRepository("app-repository", {
      namespace: "lab",
      url,
      branch: "main",
      credentials,
    });
    assert.ok(repository.credentialsSecret !== undefined);
    assert.equal(await promiseOf(repository.credentialsSecret), generatedName("app-repository-credentials"));
    const { inputs, secretPaths } = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(inputs["stringData"], { username: "reader", password: "hush" });
    assert.deepEqual(secretPaths, ["stringData"]);
  });
});
