import assert from "node:assert/strict";
import { parse } from "yaml";
import { render } from "../../../../../tooling/engine/render/manifests";
import { readMe, TITLE } from "../../../../../tooling/engine/render/read-me";
import { type Declared, PLACEHOLDER_DIGEST } from "../../../../../tooling/engine/render/stand-in-engine";
import { keyOf, NO_STATE, stateValues } from "../../../../../tooling/engine/render/state-values";

/** How a secret travels from the SDK to the engine. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

function object(kind: string, rest: object = {}, name = "it", namespace?: string): Declared {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { type: `kubernetes:any/v1:${kind}`, name, inputs: { apiVersion: "v1", kind, metadata, ...rest } };
}

describe("rendering manifests", () => {
  it("orders objects as they need each other", () => {
    const kinds = [
      "CronWorkflow",
      "Deployment",
      "Service",
      "Gateway",
      "Role",
      "Namespace",
      "WorkflowTemplate",
    ];
    const { files } = render([
      ...kinds.map((kind) => object(kind, {}, "it", "lab")),
      object("CustomResourceDefinition"),
    ]);
    assert.deepEqual(
      files.map(({ file }) => file),
      [
        "00-namespace-lab-it.yaml",
        "05-customresourcedefinition-it.yaml",
        "20-role-lab-it.yaml",
        "45-service-lab-it.yaml",
        "50-gateway-lab-it.yaml",
        "55-deployment-lab-it.yaml",
        "60-workflowtemplate-lab-it.yaml",
        "65-cronworkflow-lab-it.yaml",
      ],
    );
  });

  it("writes objects as the API knows them", () => {
    const [file] = render([
      object("CustomResourceDefinition", {
        spec: [{ x_kubernetes_preserve_unknown_fields: true, x_other: 1 }],
      }),
    ]).files;
    assert.deepEqual(parse(file?.text ?? ""), {
      apiVersion: "v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "it" },
      spec: [{ "x-kubernetes-preserve-unknown-fields": true, x_other: 1 }],
    });
  });

  it("leaves out what only changes a part of another object", () => {
    const whole = object("Deployment", { spec: { replicas: 0 } });
    const part = { ...object("Deployment"), type: "kubernetes:apps/v1:DeploymentPatch" };
    assert.deepEqual(render([whole, part]), render([whole]));
  });

  it("leaves Secrets out, and names them with their keys alone", () => {
    const stringData = { user: "builder", password: secret("hunter2") };
    const rendered = render([
      object("Secret", { stringData }, "one", "lab"),
      object(
        "Secret",
        { type: "kubernetes.io/dockerconfigjson", data: secret({ auth: "aHVudGVyMg==" }) },
        "two",
      ),
    ]);
    assert.deepEqual(rendered, {
      files: [],
      missing: [
        { namespace: "lab", name: "one", type: "Opaque", keys: ["password", "user"] },
        { namespace: "", name: "two", type: "kubernetes.io/dockerconfigjson", keys: ["auth"] },
      ],
    });
    const page = readMe(rendered, "dev");
    assert.ok(page.startsWith(`${TITLE}\n`));
    assert.match(page, /\| lab \| one \| Opaque \| password, user \|/);
    assert.doesNotMatch(page, /hunter2|aHVudGVyMg|zeros/);
  });

  it("refuses to write a secret that is in another object", () => {
    assert.throws(
      () => render([object("ConfigMap", { data: { line: secret("hunter2") } })]),
      (error: Error) => /ConfigMap it has a secret/.test(error.message) && !error.message.includes("hunter2"),
    );
  });

  it("says which files refer to images that were not built", () => {
    const page = readMe(render([object("Pod", { image: `app@${PLACEHOLDER_DIGEST}` })]), "dev");
    assert.match(page, /zeros[\s\S]*- `50-pod-it\.yaml`/);
  });
});

describe("what a stack's state tells", () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const exported = {
    deployment: {
      resources: [
        {
          urn: "urn:pulumi:dev::gourmetgram::gourmetgram:index:BuiltImage$docker:index/image:Image::mlflow-image-build",
          type: "docker:index/image:Image",
          outputs: { repoDigest: `localhost:30500/gourmetgram-mlflow@${digest}` },
        },
        {
          urn: "urn:pulumi:dev::gourmetgram::kubernetes:core/v1:Secret::credentials",
          type: "kubernetes:core/v1:Secret",
          outputs: { metadata: { name: "credentials-0a1b" } },
        },
        { urn: "urn:pulumi:dev::gourmetgram::random:index:Thing::it", type: "random:index:Thing" },
      ],
    },
  };

  it("are digests and given names", () => {
    const { digests, names } = stateValues(JSON.stringify(exported));
    assert.deepEqual([...digests], [["mlflow-image-build", digest]]);
    const key = keyOf({ type: "kubernetes:core/v1:Secret", name: "credentials" });
    assert.deepEqual([...names], [[key, "credentials-0a1b"]]);
  });

  it("is nothing for an empty stack", () => {
    assert.deepEqual(stateValues('{"deployment":{"manifest":{}}}'), NO_STATE);
    assert.deepEqual(stateValues('{"deployment":null}'), NO_STATE);
  });
});
