import assert from "node:assert/strict";
import { CONTAINER, errors, ref, unsupported, warnings, workflow } from "./support";

const PLACE = "spec.templates[a]";

/** A container: its name and what else it has. */
const one = (name: string, more = ""): string => `{ name: ${name}, image: busybox, command: [echo]${more} }`;

/** A workflow of one container set. */
function set(containers: string, rest = "", spec = ""): unknown {
  return workflow(
    `{ entrypoint: a, ${spec} templates: [{ name: a, ${rest} containerSet: { containers: [${containers}] } }] }`,
  );
}

describe("lint: container sets", () => {
  it("are judged, and not left out", () => {
    const good = set(`${one("a")}, ${one("main", ", dependencies: [a]")}`);
    assert.deepEqual(errors(good), []);
    assert.deepEqual(unsupported(good), []);
  });

  it("have containers, with names that a pod takes and that are free", () => {
    assert.deepEqual(errors(set("")), [`template: ${PLACE}.containerSet`]);
    assert.deepEqual(errors(set("{ image: busybox, command: [echo] }")), [
      `template: ${PLACE}.containerSet.containers[0]`,
    ]);
    for (const bad of ["Upper", "under_score", "end-", "wait", "init", "x".repeat(64)]) {
      assert.deepEqual(
        errors(set(one(bad))),
        [`template: ${PLACE}.containerSet.containers[${bad}].name`],
        bad,
      );
    }
    assert.deepEqual(errors(set(`${one("a")}, ${one("a")}`)), [
      `template: ${PLACE}.containerSet.containers[a].name`,
    ]);
    assert.deepEqual(errors(set("{ name: a, command: [echo] }")), [
      `template: ${PLACE}.containerSet.containers[a]`,
    ]);
  });

  it("wait for containers that exist, in no cycle", () => {
    assert.deepEqual(errors(set(one("a", ", dependencies: [b]"))), [
      `dependency: ${PLACE}.containerSet.containers[a].dependencies`,
    ]);
    const cycle = `${one("a", ", dependencies: [b]")}, ${one("b", ", dependencies: [a]")}`;
    assert.deepEqual(errors(set(cycle)), [`dependency: ${PLACE}.containerSet`]);
  });

  it("yield outputs and get artifacts by a container main alone", () => {
    const outputs = "outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] },";
    const files = "outputs: { artifacts: [{ name: v, path: /v }] },";
    const inputs = "inputs: { artifacts: [{ name: v, path: /v, raw: { data: x } }] },";
    assert.deepEqual(errors(set(one("a"), outputs)), [`output: ${PLACE}.outputs.parameters`]);
    assert.deepEqual(errors(set(one("a"), files)), [`output: ${PLACE}.outputs.artifacts`]);
    assert.deepEqual(errors(set(one("a"), inputs)), [`output: ${PLACE}.inputs.artifacts`]);
    for (const rest of [outputs, files, inputs]) assert.deepEqual(errors(set(one("main"), rest)), [], rest);
    assert.deepEqual(errors(set(one("a"), "inputs: { parameters: [{ name: v, default: x }] },")), []);
    const field = "outputs: { parameters: [{ name: v, valueFrom: { jsonPath: x } }] },";
    assert.deepEqual(errors(set(one("main"), field)), [`template: ${PLACE}.outputs.parameters[v].valueFrom`]);
  });

  it("have the outputs that steps refer to", () => {
    const judge = (containers: string, reference: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: f, templates: [
             { name: f, steps: [[{ name: s, template: a }], [{ name: u, template: use, arguments: { parameters: [{ name: x, value: "${ref(reference)}" }] } }]] },
             { name: use, inputs: { parameters: [{ name: x }] }, container: ${CONTAINER} },
             { name: a, ${containers} }] }`,
        ),
      );
    const main = `outputs: { parameters: [{ name: v, valueFrom: { path: /v } }] }, containerSet: { containers: [${one("main")}] }`;
    const wrong = ["output: spec.templates[f].steps[1][u].arguments.parameters[x].value"];
    assert.deepEqual(judge(main, "steps.s.outputs.parameters.v"), []);
    assert.deepEqual(judge(main, "steps.s.outputs.result"), []);
    assert.deepEqual(judge(main, "steps.s.outputs.parameters.w"), wrong);
    assert.deepEqual(judge(`containerSet: { containers: [${one("a")}] }`, "steps.s.outputs.result"), wrong);
  });

  it("refer to inputs that are declared", () => {
    const args = `, args: ["${ref("inputs.parameters.v")}"]`;
    assert.deepEqual(errors(set(one("a", args), "inputs: { parameters: [{ name: v, default: x }] },")), []);
    assert.deepEqual(errors(set(one("a", args))), [`output: ${PLACE}.containerSet.containers[a].args[0]`]);
  });

  it("mount each volume at a path of its own", () => {
    const mounted = (own: string): string[] =>
      errors(
        workflow(
          `{ entrypoint: a, templates: [{ name: a, volumes: [{ name: w }], containerSet: {
             volumeMounts: [{ name: w, mountPath: /w }], containers: [${one("a", `, volumeMounts: [{ name: w, mountPath: ${own} }]`)}] } }] }`,
        ),
      );
    assert.deepEqual(mounted("/other"), []);
    assert.deepEqual(mounted("/w/"), [`volume: ${PLACE}.containerSet.containers[a].volumeMounts[w]`]);
  });

  it("bring a volume of the workflow to the pod by a mount of the whole set", () => {
    const mount = "volumeMounts: [{ name: w, mountPath: /w }]";
    const declared = "volumes: [{ name: w }],";
    const container = `volume: ${PLACE}.containerSet.containers[a].volumeMounts[w]`;
    assert.deepEqual(errors(set(one("a", `, ${mount}`), declared)), []);
    assert.deepEqual(errors(set(one("a", `, ${mount}`), "", declared)), [container]);
    assert.deepEqual(errors(set(one("a", `, ${mount}`))), [container]);
    assert.deepEqual(errors(set(one("a", `, ${mount}`), "podSpecPatch: x,", declared)), []);
    const shared = `{ entrypoint: a, ${declared} templates: [{ name: a, containerSet: { ${mount}, containers: [${one("a")}] } }] }`;
    assert.deepEqual(errors(workflow(shared)), []);
  });

  it("are held to the rules of the house in each container", () => {
    const full = ", resources: { requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 1, memory: 1Gi } }";
    assert.deepEqual(errors(set(`${one("a")}, ${one("b", full)}`), { production: true }), [
      `resources: ${PLACE}.containerSet.containers[a]`,
      `image: ${PLACE}.containerSet.containers[a].image`,
      `image: ${PLACE}.containerSet.containers[b].image`,
    ]);
    const deadline = "activeDeadlineSeconds: 90,";
    assert.deepEqual(warnings(set(one("a"), deadline, "activeDeadlineSeconds: 60,")), [
      `deadline: ${PLACE}.activeDeadlineSeconds`,
    ]);
  });
});
