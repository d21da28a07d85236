import assert from "node:assert/strict";
import { CONTAINER, errors, notes, ref, unsupported, warnings, workflow } from "./support";

const ONE = `{ name: one, container: ${CONTAINER} }`;

describe("lint: conditions", () => {
  const when = (text: string): string[] =>
    errors(
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: m, template: make }], [{ name: s, template: one, when: ${JSON.stringify(text)} }]] }, ${ONE},
          { name: make, outputs: { parameters: [{ name: v, valueFrom: { path: /v, default: "" } }] }, container: ${CONTAINER} }] }`,
      ),
    );
  const value = ref("steps.m.outputs.result");
  const maybeEmpty = ref("steps.m.outputs.parameters.v");

  for (const good of [
    `${value} == heads`,
    `"${value}" != ''`,
    `( ${value} == heads && ${value} == tails ) || !(${value} in ('a', "b"))`,
    `${value} =~ "x.*"`,
    `${value} > -1`,
    "false",
    value,
    `'${maybeEmpty}' != ''`,
    "(true)",
    `${value} in (prod, dev)`,
    `${value} == "release/1"`,
    `${value} == a_b && !(${value} in ('x', 'y'))`,
    `${value} == true ? false : true`,
    "'2026-01-01' < 1000",
  ]) {
    it(`reads ${good}`, () => assert.deepEqual(when(good), []));
  }

  for (const bad of [
    `${value} = heads`,
    `${value} ==`,
    `== ${value}`,
    `(${value} == a`,
    `${value} == a)`,
    `${value} == two words`,
    `${value} == build-container`,
    "heads",
    `${maybeEmpty} != ''`,
    `'${value}'`,
    `${value} == release/1`,
    `${value} in (prod)`,
    `${value} in ['a', 'b']`,
    `${value} == registry.local`,
    `${value} != 1.2.3`,
    `'${value}' > 5`,
    `!'${value}'`,
    `${value} && yes`,
    `${value} ==-1`,
    `${value} == 'a`,
    `${value} == [a`,
    `${value} == 5m`,
    `${value} == ()`,
    " ",
  ]) {
    it(`refuses ${bad}`, () =>
      assert.deepEqual(when(bad), ["condition: spec.templates[a].steps[1][s].when"]));
  }

  it("hold with the values that a run surely can have", () => {
    const judge = (env: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, arguments: { parameters: [{ name: env, value: "${env}" }] }, templates: [{ name: a,
            inputs: { parameters: [{ name: x, default: "${env}" }] }, steps: [[
            { name: s, template: one, when: "${ref("workflow.parameters.env")} == prod" },
            { name: t, template: one, when: "'${ref("inputs.parameters.x")}' == prod" }]] }, ${ONE}] }`,
        ),
      );
    for (const good of ["prod", "pre_prod", "7"]) assert.deepEqual(judge(good), [], good);
    for (const bad of ["", "pre-prod", "a/b", "1.2.3"]) {
      assert.deepEqual(judge(bad), ["condition: spec.templates[a].steps[0][s].when"], bad);
    }
  });

  const follow = (text: string): string[] =>
    errors(
      workflow(
        `{ entrypoint: a, templates: [{ name: a, resource: { action: create, manifest: 'kind: Job', successCondition: ${JSON.stringify(text)} } }] }`,
      ),
    );

  it("reads conditions on objects", () => {
    for (const good of [
      "status.phase == Succeeded",
      "status.succeeded > 0, status.failed < 1",
      "a in (b, c)",
      "!a",
    ]) {
      assert.deepEqual(follow(good), [], good);
    }
    for (const bad of ["status.phase is Succeeded", "status.phase == Succeeded || a", "a in b"]) {
      assert.deepEqual(follow(bad), ["condition: spec.templates[a].resource.successCondition"], bad);
    }
  });
});

describe("lint: tasks", () => {
  const dag = (tasks: string): string[] =>
    errors(workflow(`{ entrypoint: a, templates: [{ name: a, dag: { tasks: ${tasks} } }, ${ONE}] }`));
  const task = (name: string, rest: string): string => `{ name: ${name}, template: one, ${rest} }`;
  const AT = "spec.templates[a].dag";

  it("depend on tasks that exist", () => {
    assert.deepEqual(dag(`[${task("x", "dependencies: [y]")}, ${task("y", "dependencies: []")}]`), []);
    assert.deepEqual(dag(`[${task("x", "dependencies: [z]")}]`), [`dependency: ${AT}.tasks[x].dependencies`]);
    assert.deepEqual(dag(`[${task("x", "depends: z.Failed")}]`), [`dependency: ${AT}.tasks[x].depends`]);
  });

  it("depend on each other in no cycle", () => {
    assert.deepEqual(dag(`[${task("x", "depends: y")}, ${task("y", "depends: x")}]`), [`dependency: ${AT}`]);
  });

  it("have conditions that can be read, in one form", () => {
    const y = task("y", "arguments: {}");
    for (const bad of ["y &&", "y.Done", "(y", "y y", "y | y"]) {
      assert.deepEqual(
        dag(`[${task("x", `depends: "${bad}"`)}, ${y}]`),
        [`condition: ${AT}.tasks[x].depends`],
        bad,
      );
    }
    assert.deepEqual(dag(`[${task("x", 'depends: "!y.Failed && (y || y.Skipped)"')}, ${y}]`), []);
    assert.deepEqual(dag(`[${task("x", "depends: y")}, ${task("z", "dependencies: [y]")}, ${y}]`), [
      `dependency: ${AT}.tasks[z].dependencies`,
    ]);
  });
});

describe("lint: recursion", () => {
  const loop = (rest: string): string[] =>
    errors(
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, template: b }]] }, { name: b, steps: [[{ name: s, template: a, ${rest} }]] }] }`,
      ),
    );

  it("needs a condition that can end it", () => {
    assert.deepEqual(loop("arguments: {}"), ["recursion: spec.templates[a]"]);
    assert.deepEqual(loop(`when: "${ref("steps.name")} == x"`), []);
  });

  it("is seen through the runs that a template creates", () => {
    const manifest = JSON.stringify("kind: Workflow\nspec: { workflowTemplateRef: { name: self } }");
    const spec = `{ entrypoint: a, templates: [{ name: a, resource: { action: create, manifest: ${manifest} } }] }`;
    assert.deepEqual(errors(workflow(spec, "WorkflowTemplate", "self")), ["recursion: spec.templates[a]"]);
    assert.deepEqual(errors(workflow(spec, "WorkflowTemplate", "other")), []);
  });
});

describe("lint: volumes", () => {
  const CLAIM =
    "{ metadata: { name: c }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }";
  const mounts = (name: string, rest = ""): unknown =>
    workflow(
      `{ entrypoint: a, volumes: [{ name: w }], volumeClaimTemplates: [${CLAIM}],
         templates: [{ name: a, volumes: [{ name: t }], ${rest} container: { image: i, volumeMounts: [{ name: ${name}, mountPath: /m }] } }] }`,
    );

  it("are declared by the template or the workflow", () => {
    for (const name of ["w", "c", "t"]) assert.deepEqual(errors(mounts(name)), [], name);
    assert.deepEqual(errors(mounts("x")), ["volume: spec.templates[a].container.volumeMounts[x]"]);
  });

  it("are looked for in every container", () => {
    const side = "sidecars: [{ name: s, image: i, volumeMounts: [{ name: y, mountPath: /y }] }],";
    assert.deepEqual(errors(mounts("w", side)), ["volume: spec.templates[a].sidecars[s].volumeMounts[y]"]);
  });

  it("are left open where they may come from elsewhere", () => {
    const library = workflow(
      "{ templates: [{ name: a, container: { image: i, volumeMounts: [{ name: x, mountPath: /m }] } }] }",
      "WorkflowTemplate",
    );
    assert.deepEqual(errors(library), []);
    assert.deepEqual(unsupported(library), ["volume: spec.templates[a].container.volumeMounts[x]"]);
  });
});

describe("lint: deadlines", () => {
  it("of a template fit in its workflow's", () => {
    const spec = (own: number): string =>
      `{ entrypoint: one, activeDeadlineSeconds: 60, templates: [{ name: one, activeDeadlineSeconds: ${own}, container: ${CONTAINER} }] }`;
    assert.deepEqual(errors(workflow(spec(60))), []);
    const place = ["deadline: spec.templates[one].activeDeadlineSeconds"];
    for (const bad of [0, -1]) assert.deepEqual(errors(workflow(spec(bad))), place);
    // The workflow ends first, and nothing fails by it.
    assert.deepEqual(errors(workflow(spec(61))), []);
    assert.deepEqual(warnings(workflow(spec(61))), place);
    assert.deepEqual(warnings(workflow(spec(60))), []);
  });

  it("are those of pods", () => {
    assert.deepEqual(
      errors(
        workflow(
          `{ entrypoint: a, templates: [{ name: a, activeDeadlineSeconds: 5, steps: [[{ name: s, template: one }]] }, ${ONE}] }`,
        ),
      ),
      ["deadline: spec.templates[a].activeDeadlineSeconds"],
    );
  });

  it("of a run that is waited for fit in the wait for it", () => {
    const child = (seconds: number): unknown =>
      workflow(
        `{ entrypoint: one, activeDeadlineSeconds: ${seconds}, templates: [${ONE}] }`,
        "WorkflowTemplate",
        "child",
      );
    const parent = (rest: string): unknown =>
      workflow(
        `{ entrypoint: a, activeDeadlineSeconds: 100, templates: [{ name: a, activeDeadlineSeconds: 50, resource: { action: create, ${rest}
           manifest: ${JSON.stringify("kind: Workflow\nspec: { workflowTemplateRef: { name: child } }")} } }] }`,
      );
    const follows = "successCondition: status.phase == Succeeded,";
    assert.deepEqual(errors([child(50), parent(follows)]), []);
    assert.deepEqual(errors([child(51), parent(follows)]), ["deadline: spec.templates[a]"]);
    assert.deepEqual(errors([child(51), parent("")]), []);
  });
});

describe("lint: what Argo 4 has removed", () => {
  it("is noted where 3.7 reads it, and warned of where it does not", () => {
    const object = workflow(
      `{ entrypoint: one, podPriority: 1, synchronization: { mutex: { name: m } },
         templates: [{ name: one, priority: 2, synchronization: { semaphore: { database: { key: s } } }, container: ${CONTAINER} }] }`,
    );
    assert.deepEqual(errors(object), []);
    assert.deepEqual(warnings(object), [
      "deprecated: spec.podPriority",
      "deprecated: spec.templates[one].priority",
    ]);
    assert.deepEqual(notes(object), [
      "deprecated: spec.synchronization.mutex",
      "deprecated: spec.templates[one].synchronization.semaphore",
    ]);
  });

  it("is not confused with what took its place", () => {
    assert.deepEqual(
      errors(
        workflow(
          `{ entrypoint: one, priority: 1, podPriorityClassName: high, synchronization: { mutexes: [{ name: m }], semaphores: [] }, templates: [${ONE}] }`,
        ),
      ),
      [],
    );
  });
});
