import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { childrenOf, generatedName, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { externalRegistry } from "../../../../components/registry/registry";
import { Staging, type StagingArgs } from "../../../../components/staging/staging";
import { LOCKED_DOWN, unprivileged } from "../../../support/restricted";

const LABELS = { "app.kubernetes.io/name": "gourmetgram", "app.kubernetes.io/part-of": "gourmetgram" };
const UNAWAITED = { "pulumi.com/skipAwait": "true" };
const ARGS: StagingArgs = {
  namespace: "stage",
  image: "base:1",
  registry: externalRegistry({ address: "ghcr.io/team" }),
  nodePort: 30081,
  externalHost: "192.0.2.7",
};
const CONTAINER = {
  name: "gourmetgram",
  env: [
    {
      name: "IMAGE",
      valueFrom: { fieldRef: { fieldPath: "metadata.annotations['gourmetgram.dev/image']" } },
    },
  ],
  ports: [{ name: "http", containerPort: 8000 }],
  startupProbe: {
    httpGet: { path: "/live", port: "http" },
    periodSeconds: 2,
    timeoutSeconds: 5,
    failureThreshold: 60,
  },
  readinessProbe: { httpGet: { path: "/health", port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
  lifecycle: { preStop: { sleep: { seconds: 3 } } },
  livenessProbe: {
    httpGet: { path: "/live", port: "http" },
    periodSeconds: 20,
    timeoutSeconds: 10,
    failureThreshold: 3,
  },
  resources: {
    requests: { cpu: "100m", memory: "256Mi" },
    limits: { cpu: "500m", memory: "512Mi" },
  },
  securityContext: LOCKED_DOWN,
  terminationMessagePolicy: "FallbackToLogsOnError",
  volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
};
const POD = {
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: unprivileged(1000),
  containers: [CONTAINER],
  volumes: [{ name: "tmp", emptyDir: { sizeLimit: "128Mi" } }],
};

const deployment = () => onlyResource("kubernetes:apps/v1:Deployment");
const patch = () => onlyResource("kubernetes:apps/v1:DeploymentPatch");

describe("Staging", () => {
  beforeEach(() => resetMocks());

  it("is an empty Deployment behind a node port, in a namespace of its own", async () => {
    const staging = new Staging("staging", ARGS);

    const { namespace, deployment: name, url, externalUrl } = staging;
    assert.deepEqual(await promiseOf(pulumi.output({ namespace, name, url, externalUrl })), {
      namespace: "stage",
      name: "gourmetgram",
      url: "http://gourmetgram.stage.svc.cluster.local:8000",
      externalUrl: "http://192.0.2.7:30081",
    });
    assert.deepEqual((await childrenOf(staging)).sort(), [
      "kubernetes:apps/v1:Deployment staging-deployment",
      "kubernetes:apps/v1:DeploymentPatch staging-pod",
      "kubernetes:core/v1:LimitRange staging-limits",
      "kubernetes:core/v1:Namespace staging-namespace",
      "kubernetes:core/v1:ResourceQuota staging-quota",
      "kubernetes:core/v1:Service staging-service",
    ]);
    assert.match(
      JSON.stringify((await onlyResource("kubernetes:core/v1:Namespace")).inputs),
      /"pod-security.kubernetes.io\/enforce":"restricted"/,
    );
    assert.deepEqual((await deployment()).inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "gourmetgram", namespace: "stage", labels: LABELS, annotations: UNAWAITED },
      spec: {
        replicas: 0,
        selector: { matchLabels: LABELS },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        progressDeadlineSeconds: 180,
        revisionHistoryLimit: 3,
        template: {
          metadata: { labels: LABELS },
          spec: { ...POD, containers: [{ ...CONTAINER, image: "base:1" }] },
        },
      },
    });
    const service = await onlyResource("kubernetes:core/v1:Service");
    assert.deepEqual(service.inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "gourmetgram", namespace: "stage", labels: LABELS, annotations: UNAWAITED },
      spec: {
        type: "NodePort",
        selector: LABELS,
        ports: [{ name: "http", port: 8000, targetPort: "http", nodePort: 30081 }],
      },
    });
  });

  it("leaves alone what the pipeline has deployed", async () => {
    new Staging("staging", ARGS);
    assert.deepEqual((await deployment()).options.ignoreChanges, ["spec.replicas", "spec.template"]);
  });

  it("applies all of the pod but the image a second time, to the Deployment that exists", async () => {
    new Staging("staging", ARGS);

    const { inputs, options, dependencies } = await patch();
    const { metadata, spec } = inputs as {
      metadata: { name: string; namespace: string; annotations: Record<string, string> };
      spec: unknown;
    };
    assert.deepEqual([metadata.name, metadata.namespace], ["gourmetgram", "stage"]);
    assert.equal(metadata.annotations["pulumi.com/patchForce"], "true");
    assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
    assert.deepEqual(spec, { template: { spec: POD } });
    const { urn } = await deployment();
    assert.ok(dependencies.includes(urn));
    assert.equal(options.deletedWith, urn);
  });

  it("holds what is replaced, what replaces it and one that is stopping", async () => {
    new Staging("staging", ARGS);

    assert.deepEqual((await onlyResource("kubernetes:core/v1:ResourceQuota")).inputs["spec"], {
      hard: {
        pods: "4",
        "requests.cpu": "300m",
        "requests.memory": "768Mi",
        "limits.cpu": "1500m",
        "limits.memory": "1536Mi",
        "limits.ephemeral-storage": "6Gi",
        persistentvolumeclaims: "0",
        "requests.storage": "0",
      },
    });
    assert.deepEqual((await onlyResource("kubernetes:core/v1:LimitRange")).inputs["spec"], {
      limits: [
        {
          type: "Container",
          default: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "2Gi" },
          defaultRequest: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "0" },
          max: { "ephemeral-storage": "2Gi" },
        },
      ],
    });
  });

  it("pulls from a registry that asks for credentials", async () => {
    const credentials = { username: "builder", password: pulumi.secret("hush") };
    new Staging("staging", { ...ARGS, registry: externalRegistry({ address: "ghcr.io/team", credentials }) });

    const secret = await onlyResource("kubernetes:core/v1:Secret");
    assert.deepEqual(secret.inputs["metadata"], { namespace: "stage" });
    const wanted = `"imagePullSecrets":[{"name":"${generatedName("staging-pull-secret-credentials")}"}]`;
    for (const { inputs } of [await deployment(), await patch()]) {
      assert.ok(JSON.stringify(inputs).includes(wanted));
    }
  });
});
