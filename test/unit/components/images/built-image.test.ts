import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { assertNotSecret, childrenOf, onlyResource, promiseOf, resetMocks } from "../../../support/mocks";
import { BuiltImage, digestOf, tagOf } from "../../../../components/images/built-image";
import { IMAGES } from "../../../../components/images/images";
import { checkout } from "../../../support/checkout";
import { LocalRegistry } from "../../../../components/registry/local-registry";
import { externalRegistry } from "../../../../components/registry/registry";

const IMAGE = "docker:index/image:Image";
const TOOL = { type: "gourmetgram:index:ToolImage", imageName: "gourmetgram-tool", context: "./tool" };
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("BuiltImage", () => {
  beforeEach(() => resetMocks());

  it("builds a folder and pushes the image to a registry", async () => {
    const registry = externalRegistry({ address: "registry.example.org:5000/team" });
    const image = new BuiltImage("tool", {
      source: TOOL,
      baseImage: "python:3.11-slim",
      registry,
      buildArgs: { EXTRA: "yes" },
    });

    assert.deepEqual(await childrenOf(image), [`${IMAGE} tool-build`]);
    const { inputs, dependencies, options } = await onlyResource(IMAGE);
    assert.deepEqual(inputs, {
      imageName: "registry.example.org:5000/team/gourmetgram-tool:test",
      build: { context: "./tool", args: { BASE_IMAGE: "python:3.11-slim", EXTRA: "yes" }, network: "host" },
      buildOnPreview: false,
      skipPush: false,
    });
    assert.deepEqual([dependencies, options], [[], {}]);
  });

  it("is tagged with its stack, so that two stacks in one registry keep what they use", () => {
    assert.equal(tagOf("dev-base"), "dev-base");
    assert.equal(tagOf(".dev"), "_dev");
    assert.equal(tagOf("-dev"), "_dev");
  });

  it("is built for the nodes' platform where that is known", async () => {
    new BuiltImage("tool", {
      source: TOOL,
      baseImage: "python:3.11-slim",
      registry: externalRegistry({ address: "ghcr.io" }),
      platform: "linux/arm64",
    });
    const { inputs } = await onlyResource(IMAGE);
    assert.deepEqual(inputs["build"], {
      context: "./tool",
      platform: "linux/arm64",
      args: { BASE_IMAGE: "python:3.11-slim" },
      network: "host",
    });
  });

  it("is built after the image whose stages it has", async () => {
    const args = {
      baseImage: "python:3.11-slim",
      registry: externalRegistry({ address: "ghcr.io" }),
    };
    const base = new BuiltImage("tool-base", { source: { ...TOOL, target: "base" }, ...args });
    const image = new BuiltImage("tool", { source: TOOL, ...args, after: base });
    assert.deepEqual(await childrenOf(image), [`${IMAGE} tool-build`]);
    const { dependencies } = await onlyResource(IMAGE, "tool-build");
    assert.deepEqual(
      dependencies.map((urn) => urn.split("::").at(-1)),
      ["tool-base-build"],
    );
  });

  it("takes a Dockerfile from elsewhere", async () => {
    new BuiltImage("tool", {
      source: { ...TOOL, context: "./app", dockerfile: "./images/tool/Dockerfile" },
      baseImage: "debian:bookworm-slim",
      registry: externalRegistry({ address: "ghcr.io" }),
    });
    const { inputs } = await onlyResource(IMAGE);
    assert.deepEqual(inputs["build"], {
      context: "./app",
      dockerfile: "./images/tool/Dockerfile",
      args: { BASE_IMAGE: "debian:bookworm-slim" },
      network: "host",
    });
  });

  it("is referred to by the address that pods pull from, and by digest", async () => {
    const registry = new LocalRegistry("registry", {
      image: "registry:3",
      nodePort: 30500,
      storage: "1Gi",
      pullFrom: "node-port",
    });
    const image = new BuiltImage("tool", {
      source: TOOL,
      baseImage: "python:3.11-slim",
      registry: registry.target,
    });

    const [digest, reference] = await Promise.all([promiseOf(image.digest), promiseOf(image.reference)]);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(reference, `localhost:30500/gourmetgram-tool@${digest}`);
    assert.equal(
      await promiseOf(image.inClusterReference),
      `registry.kube-system.svc.cluster.local:5000/gourmetgram-tool@${digest}`,
    );
    const component = await onlyResource(TOOL.type);
    assert.deepEqual(component.outputs, { reference, digest });
  });

  it("waits for a local registry, and is built again when its volume is replaced", async () => {
    const registry = new LocalRegistry("registry", {
      image: "registry:3",
      nodePort: 30500,
      storage: "1Gi",
      pullFrom: "node-port",
    });
    new BuiltImage("tool", {
      source: TOOL,
      baseImage: "python:3.11-slim",
      registry: registry.target,
    });

    const { inputs, dependencies, options } = await onlyResource(IMAGE);
    assert.equal(inputs["imageName"], "localhost:30500/gourmetgram-tool:test");
    const claim = (await onlyResource("kubernetes:core/v1:PersistentVolumeClaim")).urn;
    const deployment = (await onlyResource("kubernetes:apps/v1:Deployment")).urn;
    const service = (await onlyResource("kubernetes:core/v1:Service")).urn;
    assert.deepEqual([...dependencies].sort(), [deployment, claim, service].sort());
    assert.deepEqual(options.replaceWith, [claim]);
  });

  it("presents credentials, which stay secret while the reference does not become one", async () => {
    const registry = externalRegistry({
      address: "ghcr.io/team",
      credentials: { username: "builder", password: pulumi.secret("hush") },
    });
    const image = new BuiltImage("tool", {
      source: TOOL,
      baseImage: "python:3.11-slim",
      registry,
    });

    const { inputs, secretPaths } = await onlyResource(IMAGE);
    assert.deepEqual(inputs["registry"], { server: "ghcr.io", username: "builder", password: "hush" });
    assert.deepEqual(secretPaths, ["registry.password"]);
    await assertNotSecret(image.reference, "reference");
    await assertNotSecret(image.digest, "digest");
  });

  it("finds the digest that the registry gave", () => {
    assert.equal(digestOf(`localhost:30500/gourmetgram-tool@${DIGEST}`), DIGEST);
    for (const without of ["", DIGEST, "localhost:30500/gourmetgram-tool:latest", "a@sha256:123"]) {
      assert.throws(
        () => digestOf(without),
        (error: Error) => pulumi.RunError.isInstance(error) && error.message.includes(`"${without}"`),
      );
    }
  });
});

describe("the lab's images", () => {
  beforeEach(() => resetMocks());

  // A change of a type would replace the image in stacks that exist, a change of a name the course's commands.
  const images: [source: keyof typeof IMAGES, type: string, name: string, context: string][] = [
    ["training", "TrainingImage", "train", "./images/training"],
    ["trainingBase", "TrainingBaseImage", "train-base", "./images/training"],
    ["pipeline", "PipelineImage", "pipeline", "./images/pipeline"],
    ["appBase", "AppBaseImage", "app-base", "./images/app/base"],
    ["mlflow", "MlflowImage", "mlflow", "./images/mlflow"],
    ["backup", "BackupImage", "backup", "./images/backup"],
    ["gitServer", "GitServerImage", "git", "./images/app"],
  ];
  for (const [source, type, name, context] of images) {
    it(`${source} is built from ${context}`, async () => {
      new BuiltImage("image", {
        source: IMAGES[source],
        baseImage: "python:3.11-slim",
        registry: externalRegistry({ address: "ghcr.io" }),
      });
      const { inputs, parent } = await onlyResource(IMAGE);
      assert.equal(inputs["imageName"], `ghcr.io/gourmetgram-${name}:test`);
      assert.equal((inputs["build"] as { context: string }).context, context);
      assert.equal(parent, (await onlyResource(`gourmetgram:index:${type}`)).urn);
      assert.ok(existsSync(join(checkout, context)));
    });
  }

  it("gives commits of the training code the training image without its code to build on", async () => {
    const dockerfile = readFileSync(join(checkout, "images/training/Dockerfile"), "utf8");
    assert.equal(IMAGES.trainingBase.target, "base");
    const [base = "", last = ""] = dockerfile.split(/^FROM base$/m);
    assert.match(base, /^FROM \S+ AS base$/m);
    assert.deepEqual(last.trim().split("\n"), ["COPY tests ./tests", "COPY flow.py ./"]);
    new BuiltImage("image", {
      source: IMAGES.trainingBase,
      baseImage: "python:3.11-slim",
      registry: externalRegistry({ address: "ghcr.io" }),
    });
    assert.equal(((await onlyResource(IMAGE)).inputs["build"] as { target: string }).target, "base");
  });

  it("are all here", () => {
    assert.deepEqual(
      Object.keys(IMAGES),
      images.map(([source]) => source),
    );
  });
});
