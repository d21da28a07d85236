import assert from "node:assert/strict";
import { CONTAINER, errors, ref, workflow } from "./support";

const ONE = `{ name: one, container: ${CONTAINER} }`;

describe("lint: claims", () => {
  const claims = (list: string): string[] =>
    errors(workflow(`{ entrypoint: one, volumeClaimTemplates: [${list}], templates: [${ONE}] }`));
  const claim = (name: string): string =>
    `{ metadata: { ${name} }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } } }`;

  it("have what the cluster asks for, and names of their own", () => {
    assert.deepEqual(claims(`${claim("name: c")}, ${claim("name: d")}`), []);
    assert.deepEqual(claims(claim("")), ["volume: spec.volumeClaimTemplates[0]"]);
    assert.deepEqual(claims(claim("name: c").replace("1Gi", "1GB")), [
      "resources: spec.volumeClaimTemplates[0].spec.resources.requests.storage",
    ]);
    assert.deepEqual(claims("{ metadata: { name: c }, spec: {} }"), ["volume: spec.volumeClaimTemplates[0]"]);
    assert.deepEqual(claims(`${claim("name: c")}, ${claim("name: c")}`), [
      "volume: spec.volumeClaimTemplates[1]",
    ]);
  });
});

describe("lint: limits", () => {
  const judge = (needs: string, most: string): string[] =>
    errors(
      workflow(
        `{ entrypoint: a, templates: [{ name: a, script: { image: i, command: [sh], source: x, resources: { requests: { memory: ${needs} }, limits: { memory: ${most} } } } }] }`,
      ),
    );
  const AT = ["resources: spec.templates[a].script.resources.requests.memory"];

  it("are no less than the requests", () => {
    for (const [needs, most] of [
      ["1Gi", "1Gi"],
      ["1000Mi", "1Gi"],
      ["1G", "1Gi"],
      ["500m", "1"],
      ["1e3", "1k"],
    ] as const) {
      assert.deepEqual(judge(needs, most), [], `${needs} of ${most}`);
    }
    for (const [needs, most] of [
      ["2Gi", "1Gi"],
      ["1Gi", "1G"],
      ["1.5", "1500u"],
    ] as const) {
      assert.deepEqual(judge(needs, most), AT, `${needs} of ${most}`);
    }
    const limit = ["resources: spec.templates[a].script.resources.limits.memory"];
    for (const bad of ["much", "1GB", "512mi", "a b"]) {
      assert.deepEqual(judge("1Gi", `"${bad}"`), limit, bad);
      assert.deepEqual(judge(`"${bad}"`, "1Gi"), AT, bad);
    }
    assert.deepEqual(judge(`"${ref("workflow.parameters.memory")}"`, "1Gi").includes(AT[0] ?? ""), false);
  });
});

describe("lint: pauses", () => {
  const pause = (duration: string): string[] =>
    errors(workflow(`{ entrypoint: a, templates: [{ name: a, suspend: { duration: ${duration} } }] }`));

  it("have durations that can be read", () => {
    for (const good of ["20", '"20"', "1h30m", "1.5s", '""']) assert.deepEqual(pause(good), [], good);
    for (const bad of ["soon", "1 day", "2d"]) {
      assert.deepEqual(pause(bad), ["template: spec.templates[a].suspend.duration"], bad);
    }
  });
});

describe("lint: the rules of the house", () => {
  const DIGEST = `busybox@sha256:${"0".repeat(64)}`;
  const full = "{ requests: { cpu: 1, memory: 1Gi }, limits: { cpu: 1, memory: 1Gi } }";
  const judge = (image: string, resources: string, images: string[] = []): string[] =>
    errors(
      workflow(
        `{ entrypoint: a, templates: [{ name: a, container: { image: "${image}", resources: ${resources} } }] }`,
      ),
      { production: true, imagesWithoutDigest: images },
    );

  it("ask for requests, limits and a digest", () => {
    assert.deepEqual(judge(DIGEST, full), []);
    assert.deepEqual(judge(DIGEST, "{ requests: { cpu: 1, memory: 1Gi }, limits: { memory: 1Gi } }"), [
      "resources: spec.templates[a].container",
    ]);
    assert.deepEqual(judge("busybox:1", full), ["image: spec.templates[a].container.image"]);
    assert.deepEqual(judge("busybox:1", full, ["busybox:1"]), []);
    assert.deepEqual(judge(ref("workflow.name"), full), []);
  });

  it("hold for scripts and for what runs beside the main container", () => {
    const object = workflow(
      `{ entrypoint: a, templates: [{ name: a, script: { image: "${DIGEST}", source: x },
         sidecars: [{ name: s, image: "busybox:1", resources: ${full} }] }] }`,
    );
    assert.deepEqual(errors(object, { production: true }), [
      "resources: spec.templates[a].script",
      "image: spec.templates[a].sidecars[s].image",
    ]);
  });

  it("accept what the workflow gives to all its templates", () => {
    const object = workflow(
      `{ entrypoint: a, templateDefaults: { container: { image: "${DIGEST}", resources: ${full} } }, templates: [{ name: a, container: { command: [x] } }] }`,
    );
    assert.deepEqual(errors(object, { production: true }), []);
  });

  it("are asked of nobody else", () => {
    assert.deepEqual(errors(workflow(`{ entrypoint: one, templates: [${ONE}] }`)), []);
  });
});
