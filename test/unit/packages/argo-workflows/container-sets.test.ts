import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  type SetContainer,
  SecretKey,
  artifactAt,
  containerSet,
  emptyDir,
  fromField,
  fromFile,
  printed,
  secretVolume,
  steps,
} from "../../../../packages/argo-workflows";
import { referenceText } from "../../../support/argo-text";
import { PROGRAM, TELLS_WHY, consumer, manifestOf } from "./parts";

const work = emptyDir("workspace", "1Gi");

describe("a container set", () => {
  it("is what Argo's documentation shows: a graph of containers over a folder of their pod", () => {
    const set = containerSet("main", {
      outputs: { message: fromFile("/workspace/message") },
      mounts: { "/workspace": work },
      containers: (add) => {
        const a = add.container("a", PROGRAM);
        const b = add.container("b", PROGRAM);
        add.container("main", PROGRAM, { after: [a, b] });
      },
    });
    const program = `image: registry/image, command: [run], terminationMessagePolicy: FallbackToLogsOnError,
      resources: { requests: { cpu: "1", memory: 1Mi }, limits: { cpu: "1", memory: 1Mi } }`;
    assert.deepEqual(
      manifestOf(set).spec.templates[0],
      parse(`
name: main
volumes:
  - name: workspace
    emptyDir: { sizeLimit: 1Gi }
containerSet:
  volumeMounts:
    - mountPath: /workspace
      name: workspace
  containers:
    - { name: a, ${program} }
    - { name: b, ${program} }
    - { name: main, ${program}, dependencies: [a, b] }
outputs:
  parameters:
    - name: message
      valueFrom:
        path: /workspace/message
`),
    );
  });

  it("gives inputs, secrets and volumes to the containers that name them, and declares each volume once", () => {
    const own = secretVolume("credentials", "secret");
    const set = containerSet("set", {
      inputs: { version: {} },
      containers: (add, { version }) => {
        add.container("one", { ...PROGRAM, args: [version], mounts: { "/work": work, "/secret": own } });
        const env = { USER_NAME: new SecretKey("secret", "username") };
        add.container("two", { ...PROGRAM, env, mounts: { "/w": work } });
      },
    });
    const step = steps("flow", { steps: (flow) => void flow.step("set", set, { version: "1" }) });
    const found = manifestOf(step).spec.templates.find(({ name }) => name === "set");
    assert.deepEqual(found?.volumes, [
      { name: "workspace", emptyDir: { sizeLimit: "1Gi" } },
      { name: "credentials", secret: { secretName: "secret" } },
    ]);
    assert.deepEqual(found?.containerSet, {
      containers: [
        {
          name: "one",
          ...PROGRAM,
          ...TELLS_WHY,
          args: [referenceText("inputs.parameters.version")],
          volumeMounts: [
            { name: "workspace", mountPath: "/work" },
            { name: "credentials", mountPath: "/secret", readOnly: true },
          ],
        },
        {
          name: "two",
          ...PROGRAM,
          ...TELLS_WHY,
          env: [{ name: "USER_NAME", valueFrom: { secretKeyRef: { name: "secret", key: "username" } } }],
          volumeMounts: [{ name: "workspace", mountPath: "/w" }],
        },
      ],
    });
  });

  it("yields outputs to later steps, as any other template", () => {
    const set = containerSet("set", {
      outputs: { version: fromFile("/out/version"), said: printed() },
      containers: (add) => void add.container("main", PROGRAM),
    });
    const flow = steps("flow", {
      steps: (add) => {
        const version = add.step("set", set).output("version");
        add.step("consume", consumer, { version });
      },
    });
    assert.deepEqual(manifestOf(flow).spec.templates[0]?.steps?.[1]?.[0]?.arguments?.parameters, [
      { name: "version", value: referenceText("steps.set.outputs.parameters.version") },
    ]);
  });

  it("needs a container, and one that is called main for outputs and artifacts", () => {
    const only = (name: string, more: object) =>
      manifestOf(
        steps("flow", {
          steps: (flow) => {
            const add = (set: { container: (name: string, program: typeof PROGRAM) => unknown }): void =>
              void (name === "" || set.container(name, PROGRAM));
            flow.step("set", containerSet("set", { ...more, containers: add }));
          },
        }),
      );
    assert.throws(() => only("", {}), /^Error: the template set has no container$/);
    const outputs = { version: fromFile("/v") };
    const noMain = /^Error: the template set has no container main, which alone yields outputs/;
    assert.throws(() => only("one", { outputs }), noMain);
    assert.throws(() => only("one", { inputs: { files: artifactAt("/in") } }), noMain);
    assert.doesNotThrow(() => only("main", { outputs }));
    assert.doesNotThrow(() => only("one", {}));
  });

  it("has names of its own, and waits for its own containers alone", () => {
    let leaked: SetContainer | undefined;
    const adding = (name: string) => () =>
      manifestOf(
        containerSet("set", {
          containers: (add) => {
            leaked = add.container("one", PROGRAM);
            add.container(name, PROGRAM);
          },
        }),
      );
    for (const taken of ["one", "wait", "init"]) {
      assert.throws(
        adding(taken),
        new RegExp(`^Error: the template set cannot have a container ${taken}: the name is taken$`),
      );
    }
    const other = leaked;
    assert.ok(other !== undefined);
    assert.throws(
      () =>
        manifestOf(
          containerSet("late", {
            containers: (add) => void add.container("two", PROGRAM, { after: [other] }),
          }),
        ),
      /^Error: late\/two waits for one, a container of another template$/,
    );
  });
});

// Never run: the compiler alone has to refuse these lines, and complains if it does not.
export const refusedByTheCompiler = (): void => {
  containerSet("set", {
    // @ts-expect-error -- a container has no fields
    outputs: { a: fromField("{.metadata.name}") },
    containers: (add) => void add.container("main", PROGRAM),
  });
  containerSet("set", {
    inputs: { version: {} },
    containers: (add, inputs) => {
      // @ts-expect-error -- the template has no such input
      add.container("one", { ...PROGRAM, args: [inputs.verison] });
      // @ts-expect-error -- a container is waited for by itself, not by its name
      add.container("two", PROGRAM, { after: ["one"] });
    },
  });
};
