import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  assertChildNames,
  assertNotSecret,
  assertTree,
  generatedName,
  onlyResource,
  recorded,
  type RecordedResource,
  resetMocks,
  setConfig,
} from "../support/mocks";
import { type ProgramOutputs, runProgram, valuesOf } from "../support/program";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
function metadataOf({ inputs }: RecordedResource): Record<string, unknown> {
  return (inputs["metadata"] ?? {}) as Record<string, unknown>;
}

function urnsOf(resources: readonly RecordedResource[]): string[] {
  return resources.map((each) => each.urn);
}

function componentsOf(all: readonly RecordedResource[]): string[] {
  return all.filter((each) => each.parent === "").map((each) => `${each.type} ${each.name}`);
}

/** Passwords that the stack generated. */
function generatedPasswords(all: readonly RecordedResource[]): string[] {
  return all.flatMap(({ type, inputs }) => {
    const { password } = (inputs["stringData"] ?? {}) as { password?: string };
    return type === "kubernetes:core/v1:Secret" && password !== undefined ? [password] : [];
  });
}

/** What holds for every configuration. Runs the program once; the tests only look at what it did. */
function describeStack(
  name: string,
  configure: () => void,
  more: (stack: { outputs: ProgramOutputs; all: readonly RecordedResource[] }) => void,
): void {
  describe(`the program ${name}`, () => {
    const stack = {} as { outputs: ProgramOutputs; all: readonly RecordedResource[] };

    before(async function () {
      // Loading the SDKs for the first time takes seconds on a small machine.
      this.timeout(30_000);
      resetMocks();
      configure();
      stack.outputs = await runProgram();
      stack.all = await recorded();
    });

    it("makes a tree of components whose children have their names", async () => {
      await assertTree();
      await assertChildNames();
    });

    it("creates everything of the lab's namespace after the namespace", async () => {
      const namespace = await onlyResource("kubernetes:core/v1:Namespace", "platform-namespace");
      const inside = stack.all.filter((each) => metadataOf(each)["namespace"] === "gourmetgram-platform");
      assert.ok(inside.length > 10);
      assert.deepEqual(urnsOf(inside.filter((each) => !each.dependencies.includes(namespace.urn))), []);
    });

    it("puts everything that has a namespace into one that it knows", () => {
      const clusterWide = /Namespace$|CustomResourceDefinition$/;
      for (const each of stack.all.filter(({ type }) => type.startsWith("kubernetes:"))) {
        const known = clusterWide.test(each.type)
          ? [undefined]
          : ["gourmetgram-platform", "argo", "kube-system"];
        assert.ok((known as unknown[]).includes(metadataOf(each)["namespace"]), each.urn);
      }
    });

    it("lets no secret out", async () => {
      for (const [key, value] of Object.entries(stack.outputs)) {
        await assertNotSecret(value, key);
      }
      assert.doesNotMatch(JSON.stringify(await valuesOf(stack.outputs)), /hush/);
      // Generated or configured, a secret stands in an encrypted input or in none.
      const hidden = [...generatedPasswords(stack.all), "hush"];
      for (const { urn, inputs, secretPaths } of stack.all) {
        const keys = secretPaths.map((path) => path.split(".").at(-1));
        const open = JSON.stringify(inputs, (key, value: unknown) =>
          keys.includes(key) ? undefined : value,
        );
        assert.ok(!hidden.some((secret) => open.includes(secret)), urn);
      }
    });

    it("hands secrets to Secrets and to the registry's login only", () => {
      const allowed = ["kubernetes:core/v1:Secret stringData", "docker:index/image:Image registry.password"];
      const holders = stack.all.flatMap(({ type, secretPaths }) =>
        secretPaths.map((path) => `${type} ${path}`),
      );
      assert.deepEqual(
        holders.filter((each) => !allowed.includes(each)),
        [],
      );
    });

    it("finishes every component with its outputs", () => {
      assert.deepEqual(urnsOf(stack.all.filter((each) => !each.custom && each.outputs === undefined)), []);
    });

    it("runs images of its own by digest only", () => {
      for (const { type, urn, inputs } of stack.all.filter((each) => each.type.startsWith("kubernetes:"))) {
        assert.doesNotMatch(JSON.stringify(inputs), /gourmetgram-(?:train|mlflow):/, `${type} ${urn}`);
      }
    });

    more(stack);
  });
}

describeStack(
  "without configuration",
  () => undefined,
  (stack) => {
    it("gives the typed outputs", async () => {
      const { trainingImage, rights, ...outputs } = await valuesOf(stack.outputs);
      assert.deepEqual(outputs, {
        namespace: "gourmetgram-platform",
        mlflowUrl: "http://mlflow.gourmetgram-platform.svc.cluster.local:8000",
        mlflowExternalUrl: "http://localhost:30800",
        registry: {
          inCluster: "registry.kube-system.svc.cluster.local:5000",
          fromNodes: "localhost:30500",
          forPushing: "localhost:30500",
        },
        workflowTemplates: { train: "train-model", build: "build-container-image" },
        schedule: { name: "train-model-cron", cron: "0 2 * * *", timezone: "UTC", suspended: false },
        argoServerUrl: "https://localhost:30746",
        submitTraining: "argo submit -n gourmetgram-platform --from workflowtemplate/train-model --watch",
        workloads: {
          mlflow: { kind: "Deployment", namespace: "gourmetgram-platform", name: "mlflow" },
          postgres: { kind: "StatefulSet", namespace: "gourmetgram-platform", name: "mlflow-postgres" },
        },
        registeredModel: { name: "GourmetGramFood11Model", alias: "development" },
      });
      assert.match(trainingImage.digest, DIGEST);
      assert.equal(trainingImage.reference, `localhost:30500/gourmetgram-train@${trainingImage.digest}`);
      assert.deepEqual(
        rights.map(({ role, serviceAccount, namespace }) => ({ role, serviceAccount, namespace })),
        ["train-model", "trigger-build", "build-container-image", "submit-training"].map((role) => ({
          role,
          serviceAccount: role === "submit-training" ? "student" : role,
          namespace: "gourmetgram-platform",
        })),
      );
      assert.ok(rights.every(({ rules }) => rules.length > 0));
    });

    it("is made of these components", () => {
      assert.deepEqual(componentsOf(stack.all), [
        "gourmetgram:index:PlatformNamespace platform",
        "gourmetgram:index:LocalRegistry registry",
        "gourmetgram:index:TrainingImage training-image",
        "gourmetgram:index:Postgres postgres",
        "gourmetgram:index:Mlflow mlflow",
        "gourmetgram:index:ArgoWorkflows argo",
        "gourmetgram:index:Rbac rbac",
        "gourmetgram:index:TrainingWorkflows workflows",
      ]);
    });

    it("builds images when the registry is ready", () => {
      const registry = urnsOf(stack.all.filter((each) => /^registry-(?:server|service)$/.test(each.name)));
      const images = stack.all.filter((each) => each.type === "docker:index/image:Image");
      assert.deepEqual([registry.length, images.length], [2, 2]);
      for (const { urn, dependencies } of images) {
        assert.ok(
          registry.every((each) => dependencies.includes(each)),
          urn,
        );
      }
    });

    it("creates workflows when Argo is ready", () => {
      const argo = urnsOf(
        stack.all.filter(
          ({ name, type }) =>
            name === "argo-controller-deployment" || type.endsWith(":CustomResourceDefinition"),
        ),
      );
      const workflows = stack.all.filter((each) => each.type.startsWith("kubernetes:argoproj.io/"));
      assert.deepEqual([argo.length, workflows.length], [9, 3]);
      for (const { urn, dependencies } of workflows) {
        assert.ok(
          argo.every((each) => dependencies.includes(each)),
          urn,
        );
      }
    });
  },
);

const external = () =>
  setConfig(
    {
      externalRegistry: "ghcr.io/team",
      externalRegistryUsername: "builder",
      mlflowServiceType: "LoadBalancer",
      mlflowArtifactRoot: "s3://bucket",
      argo: "existing",
      storageClass: "fast",
    },
    {
      externalRegistryPassword: "hush-registry",
      mlflowDatabaseUri: "postgresql://mlflow:hush@db.example.org/mlflow",
      mlflowS3AccessKeyId: "hush-id",
      mlflowS3SecretAccessKey: "hush-key",
    },
  );

describeStack("on what exists already", external, (stack) => {
  it("gives the outputs of what it uses", async () => {
    const { mlflowExternalUrl, registry, trainingImage, argoServerUrl, workloads } = await valuesOf(
      stack.outputs,
    );
    assert.equal(mlflowExternalUrl, "http://203.0.113.10:8000");
    assert.deepEqual(registry, {
      inCluster: "ghcr.io/team",
      fromNodes: "ghcr.io/team",
      forPushing: "ghcr.io/team",
    });
    assert.match(trainingImage.reference, /^ghcr\.io\/team\/gourmetgram-train@sha256:/);
    assert.equal(argoServerUrl, "https://argo-server.argo.svc.cluster.local:2746");
    assert.equal(workloads.postgres, null);
  });

  it("is made of these components", () => {
    assert.deepEqual(componentsOf(stack.all), [
      "gourmetgram:index:PlatformNamespace platform",
      "gourmetgram:index:RegistryPullSecret pull-secret",
      "gourmetgram:index:TrainingImage training-image",
      "gourmetgram:index:Mlflow mlflow",
      "gourmetgram:index:ArgoWorkflows argo",
      "gourmetgram:index:Rbac rbac",
      "gourmetgram:index:TrainingWorkflows workflows",
    ]);
  });

  it("creates no volume, no database and nothing cluster-wide but its namespace", () => {
    const created = stack.all
      .map((each) => each.type)
      .filter((type) => /Claim$|StatefulSet$|Definition$|Namespace$/.test(type));
    assert.deepEqual(created, ["gourmetgram:index:PlatformNamespace", "kubernetes:core/v1:Namespace"]);
  });

  it("lets every pod pull from a registry that asks for credentials", () => {
    const pods = stack.all.filter(
      ({ type, inputs }) =>
        type.startsWith("kubernetes:") && JSON.stringify(inputs).includes("ghcr.io/team/gourmetgram-"),
    );
    assert.equal(pods.length, 3);
    const secrets = `"imagePullSecrets":[{"name":"${generatedName("pull-secret-credentials")}"}]`;
    assert.deepEqual(urnsOf(pods.filter((each) => !JSON.stringify(each.inputs).includes(secrets))), []);
  });
});

describe("the program with a bad configuration", () => {
  it("creates nothing", async () => {
    resetMocks();
    setConfig({ schedule: "never" });
    await assert.rejects(runProgram(), (error: Error) => pulumi.RunError.isInstance(error));
    assert.deepEqual(await recorded(), []);
  });
});
