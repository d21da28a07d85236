import assert from "node:assert/strict";
import { lint } from "../../../../packages/argo-lint";
import { CONTAINER, errors, unsupported, workflow } from "./support";

const ONE = `{ name: one, container: ${CONTAINER} }`;

describe("lint: structure", () => {
  it("finds nothing in a workflow of one container", () => {
    assert.deepEqual(lint([workflow(`{ entrypoint: one, templates: [${ONE}] }`)], { closed: true }), []);
  });

  it("passes over objects of other kinds, and whatever is no object", () => {
    assert.deepEqual(lint([{ kind: "ConfigMap" }, null, "text", 3, []]), []);
  });

  it("wants the entrypoint and the exit handler to exist", () => {
    assert.deepEqual(errors(workflow(`{ entrypoint: two, onExit: three, templates: [${ONE}] }`)), [
      "entrypoint: spec.entrypoint",
      "entrypoint: spec.onExit",
    ]);
    assert.deepEqual(errors(workflow(`{ templates: [${ONE}] }`)), ["entrypoint: spec"]);
    assert.deepEqual(errors(workflow(`{ templates: [${ONE}] }`, "WorkflowTemplate")), []);
  });

  it("wants templates of one kind, with a name of their own", () => {
    assert.deepEqual(
      errors(workflow(`{ entrypoint: one, templates: [${ONE}, ${ONE}, { name: two }, { suspend: {} }] }`)),
      ["template: spec.templates[one].name", "template: spec.templates[two]", "template: spec.templates[3]"],
    );
    assert.deepEqual(
      errors(workflow(`{ entrypoint: a, templates: [{ name: a, suspend: {}, container: ${CONTAINER} }] }`)),
      ["template: spec.templates[a]"],
    );
  });

  it("wants steps with names of their own", () => {
    const step = "{ name: s, template: one }";
    assert.deepEqual(
      errors(workflow(`{ entrypoint: a, templates: [${ONE}, { name: a, steps: [[${step}], [${step}]] }] }`)),
      ["template: spec.templates[a].steps[1][s].name"],
    );
  });

  it("wants an action of Argo's, and a manifest that is YAML", () => {
    const template = (text: string): unknown =>
      workflow(`{ entrypoint: a, templates: [{ name: a, resource: ${text} }] }`);
    assert.deepEqual(errors(template("{ action: make, manifest: 'kind: Job' }")), [
      "template: spec.templates[a].resource",
    ]);
    assert.deepEqual(errors(template("{ action: create, manifest: 'a: [' }")), [
      "template: spec.templates[a].resource.manifest",
    ]);
    assert.deepEqual(errors(template("{ action: create, manifest: 'kind: Job' }")), []);
  });

  it("wants the templates of steps and tasks to exist", () => {
    assert.deepEqual(
      errors(workflow(`{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, template: b }]] }] }`)),
      ["reference: spec.templates[a].steps[0][s].template"],
    );
    assert.deepEqual(
      errors(workflow(`{ entrypoint: a, templates: [{ name: a, dag: { tasks: [{ name: t }] } }] }`)),
      ["reference: spec.templates[a].dag.tasks[t].template"],
    );
  });

  it("looks templates of others up, and judges what it is not given only if that is all there is", () => {
    const library = workflow(`{ templates: [${ONE}] }`, "WorkflowTemplate", "lib");
    const user = (name: string, template: string): unknown =>
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, templateRef: { name: ${name}, template: ${template} } }]] }] }`,
      );
    const place = "reference: spec.templates[a].steps[0][s].templateRef";
    assert.deepEqual(errors([library, user("lib", "one")], { closed: true }), []);
    assert.deepEqual(errors([library, user("lib", "two")]), [`${place}.template`]);
    assert.deepEqual(errors([library, user("other", "one")], { closed: true }), [`${place}.name`]);
    assert.deepEqual(errors([library, user("other", "one")]), []);
    assert.deepEqual(unsupported([library, user("other", "one")]), [`${place}.name`]);
  });

  it("wants the names in a reference, and says where a name is that of a cluster-wide template", () => {
    const call = (templateRef: string): unknown =>
      workflow(
        `{ entrypoint: a, templates: [{ name: a, steps: [[{ name: s, templateRef: ${templateRef} }]] }] }`,
      );
    const place = "reference: spec.templates[a].steps[0][s].templateRef";
    for (const bad of ["{ name: lib }", "{ name: lib, template: '' }", "{ name: '', template: one }"]) {
      assert.deepEqual(errors(call(bad)), [place], bad);
    }
    const template = `{ templates: [{ name: one, container: ${CONTAINER} }] }`;
    const library = workflow(template, "ClusterWorkflowTemplate", "lib");
    const [found] = lint([library, call("{ name: lib, template: one }")]);
    assert.match(found?.fix ?? "", /add clusterScope: true/);
  });

  it("tells cluster-wide templates from those of a namespace", () => {
    const reference = "{ workflowTemplateRef: { name: lib, clusterScope: true } }";
    const spec = `{ entrypoint: one, templates: [${ONE}] }`;
    assert.deepEqual(
      errors([workflow(spec, "ClusterWorkflowTemplate", "lib"), workflow(reference)], { closed: true }),
      [],
    );
    assert.deepEqual(
      errors([workflow(spec, "WorkflowTemplate", "lib"), workflow(reference)], { closed: true }),
      ["reference: spec.workflowTemplateRef.name"],
    );
  });

  it("looks into the manifests of resource templates", () => {
    const manifest = JSON.stringify(
      "kind: Workflow\nmetadata: { generateName: x- }\nspec: { workflowTemplateRef: { name: gone } }",
    );
    const object = workflow(
      `{ entrypoint: a, templates: [{ name: a, resource: { action: create, manifest: ${manifest} } }] }`,
    );
    assert.deepEqual(errors(object, { closed: true }), [
      "reference: spec.templates[a].resource.manifest.spec.workflowTemplateRef.name",
    ]);
  });

  it("says what it does not judge", () => {
    assert.deepEqual(
      unsupported(workflow(`{ entrypoint: a, podSpecPatch: x, templates: [{ name: a, http: { url: x } }] }`)),
      ["kind: spec.podSpecPatch", "kind: spec.templates[a].http"],
    );
  });

  it("never judges values that are not known yet", () => {
    class Output {}
    const object = workflow(`{ entrypoint: a, templates: [{ name: a, container: ${CONTAINER} }] }`) as {
      spec: { templates: { container: { image: unknown } }[]; activeDeadlineSeconds: unknown };
    };
    object.spec.activeDeadlineSeconds = new Output();
    for (const { container } of object.spec.templates) container.image = new Output();
    assert.deepEqual(
      errors(object, { production: true }).filter((each) => each.startsWith("image")),
      [],
    );
  });
});
