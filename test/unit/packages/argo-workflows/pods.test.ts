import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type ApiUse,
  SecretKey,
  container,
  fromField,
  fromFile,
  printed,
  resource,
  script,
  secretVolume,
  steps,
  suspend,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, TELLS_WHY, consumer, manifestOf } from "./parts";

const USE: ApiUse = {
  verbs: ["get", "patch"],
  resources: ["deployments"],
  resourceNames: ["web"],
  namespace: "staging",
  apiGroups: ["apps"],
};

describe("the pods of a template", () => {
  it("carry labels, annotations and what their program uses, its keys in order", () => {
    const template = container("labelled", {
      labels: { role: "build" },
      annotations: { note: "text" },
      uses: [USE],
      container: () => PROGRAM,
    });
    assert.deepEqual(manifestOf(template).spec.templates[0]?.metadata, {
      labels: { role: "build" },
      annotations: {
        note: "text",
        "gourmetgram.dev/uses":
          '[{"apiGroups":["apps"],"namespace":"staging","resourceNames":["web"],"resources":["deployments"],"verbs":["get","patch"]}]',
      },
    });
  });

  it("carry nothing that was not asked for", () => {
    const metadata = (options: object) =>
      manifestOf(container("plain", { ...options, container: () => PROGRAM })).spec.templates[0]?.metadata;
    assert.equal(metadata({}), undefined);
    assert.deepEqual(metadata({ labels: { a: "b" } }), { labels: { a: "b" } });
  });

  it("refuse references written by hand", () => {
    const labels = { version: referenceText("inputs.parameters.version") };
    assert.throws(
      () => manifestOf(container("labelled", { labels, container: () => PROGRAM })),
      /holds a reference as text/,
    );
  });

  it("get secrets as files that can only be read, and as variables", () => {
    const name = pulumi.output("generated");
    const template = container("secretive", {
      container: () => ({
        ...PROGRAM,
        env: { USER_NAME: new SecretKey(name, "username") },
        mounts: { "/all": secretVolume("all", "whole"), "/one": secretVolume("one", name, { key: "file" }) },
      }),
    });
    const rendered = manifestOf(template).spec.templates[0];
    assert.deepEqual(rendered?.volumes, [
      { name: "all", secret: { secretName: "whole" } },
      { name: "one", secret: { secretName: name, items: [{ key: "key", path: "file" }] } },
    ]);
    assert.deepEqual(rendered.container?.volumeMounts, [
      { name: "all", mountPath: "/all", readOnly: true },
      { name: "one", mountPath: "/one", readOnly: true },
    ]);
    assert.deepEqual(rendered.container.env, [
      { name: "USER_NAME", valueFrom: { secretKeyRef: { name, key: "username" } } },
    ]);
  });
});

describe("a script template", () => {
  const greet = script("greet", {
    inputs: { name: {} },
    outputs: { greeting: printed(), length: fromFile("/length") },
    script: ({ name }) => ({
      ...PROGRAM,
      command: ["sh"],
      env: { NAME: name },
      source: 'echo "Hello $NAME"\n',
    }),
  });

  it("has its program in the workflow, and values in variables", () => {
    const caller = steps("caller", {
      steps: (flow) => {
        const greeting = flow.step("greet", greet, { name: "you" }).output("greeting");
        flow.step("consume", consumer, { version: greeting });
      },
    });
    const { templates } = manifestOf(caller).spec;
    assert.deepEqual(templates[1], {
      name: "greet",
      inputs: { parameters: [{ name: "name" }] },
      // What is printed needs no declaration.
      outputs: { parameters: [{ name: "length", valueFrom: { path: "/length" } }] },
      script: {
        ...PROGRAM,
        command: ["sh"],
        env: [{ name: "NAME", value: referenceText("inputs.parameters.name") }],
        source: 'echo "Hello $NAME"\n',
        ...TELLS_WHY,
      },
    });
    assert.deepEqual(templates[0]?.steps?.[1]?.[0]?.arguments, {
      parameters: [{ name: "version", value: referenceText("steps.greet.outputs.result") }],
    });
  });

  it("refuses values that are pasted into its program", () => {
    const source = `echo ${referenceText("inputs.parameters.name")}`;
    assert.throws(
      () => manifestOf(script("paste", { script: () => ({ ...PROGRAM, source }) })),
      /holds a reference as text/,
    );
  });
});

describe("a suspend template", () => {
  it("waits for someone, or for a time", () => {
    assert.deepEqual(manifestOf(suspend("ask")).spec.templates, [{ name: "ask", suspend: {} }]);
    assert.deepEqual(manifestOf(suspend("pause", { seconds: 60 })).spec.templates, [
      { name: "pause", suspend: { duration: "60" } },
    ]);
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  // @ts-expect-error -- a script has a program
  script("empty", { script: () => PROGRAM });
  // @ts-expect-error -- the program is text, so that no value becomes a part of it
  script("paste", { inputs: { a: {} }, script: ({ a }) => ({ ...PROGRAM, source: a }) });
  // @ts-expect-error -- an object of the cluster has no files
  resource("make", { outputs: { a: fromFile("/a") }, action: "get", manifest: () => ({ kind: "Pod" }) });
  // @ts-expect-error -- a container has no fields
  container("run", { outputs: { a: fromField("{.metadata.name}") }, container: () => PROGRAM });
  // @ts-expect-error -- a right has verbs
  container("run", { uses: [{ apiGroups: [""], resources: ["pods"] }], container: () => PROGRAM });
  steps("flow", {
    steps: (flow) => {
      // @ts-expect-error -- a pause yields nothing
      flow.step("pause", suspend("pause")).output("result");
    },
  });
};
