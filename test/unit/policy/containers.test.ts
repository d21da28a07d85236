import assert from "node:assert/strict";
import { imagesAreFixed } from "../../../policy/rules/images";
import { podsAreRestricted } from "../../../policy/rules/restricted-pods";
import { containersHaveLimits } from "../../../policy/rules/limits";
import { referenceText } from "../../support/argo-text";
import { CONTAINER, deployment, resource, workflowTemplate } from "./subjects";

const digest = `@sha256:${"0a".repeat(32)}`;

describe("policy containers-have-limits", () => {
  it("accepts a container with requests and limits", () => {
    assert.deepEqual(containersHaveLimits(deployment()), []);
    assert.deepEqual(containersHaveLimits(workflowTemplate()), []);
  });

  it("names all that is missing", () => {
    const resources = { requests: { cpu: "1" }, limits: { memory: "1Gi" } };
    assert.deepEqual(containersHaveLimits(deployment({ resources })), [
      'container "main" has no resources.requests.memory, limits.cpu',
    ]);
    assert.deepEqual(containersHaveLimits(deployment({ resources: undefined })), [
      'container "main" has no resources.requests.cpu, requests.memory, limits.cpu, limits.memory',
    ]);
  });

  it("looks at the containers of every kind of workload, and at initial ones", () => {
    const bare = { containers: [{ ...CONTAINER, resources: {} }] };
    const template = { spec: bare };
    const jobTemplate = { spec: { template } };
    const initial = { initContainers: [{ name: "seed", image: "x:1" }] };
    const subjects = [
      resource("kubernetes:core/v1:Pod", { spec: bare }),
      resource("kubernetes:apps/v1:StatefulSet", { spec: { template } }),
      resource("kubernetes:batch/v1:Job", { spec: { template } }),
      resource("kubernetes:batch/v1:CronJob", { spec: { jobTemplate } }),
      deployment({}, initial),
    ];
    assert.deepEqual(
      subjects.map((subject) => containersHaveLimits(subject).length),
      [1, 1, 1, 1, 1],
    );
  });

  it("looks into Argo's templates: containers, scripts, sets, sidecars, of schedules too", () => {
    const bare = { image: "x:1" };
    const templates = [
      { name: "a", container: bare },
      { name: "b", script: bare, sidecars: [{ name: "side", ...bare }] },
      { name: "c", containerSet: { containers: [{ name: "one", ...bare }] } },
      { name: "d", resource: { action: "create" } },
    ];
    const schedule = resource("kubernetes:argoproj.io/v1alpha1:CronWorkflow", {
      spec: { workflowSpec: { templates } },
    });
    assert.deepEqual(
      containersHaveLimits(schedule).map((problem) => problem.replace(/ has no .*/, "")),
      [
        'container "main" of template "a"',
        'container "main" of template "b"',
        'container "side" of template "b"',
        'container "one" of template "c"',
      ],
    );
  });

  it("looks at the pods of a patch, by which those of staging arrive", () => {
    const patch = { ...deployment({ resources: {} }), type: "kubernetes:apps/v1:DeploymentPatch" };
    assert.equal(containersHaveLimits(patch).length, 1);
    assert.equal(podsAreRestricted({ ...deployment({ securityContext: {} }), type: patch.type }).length, 2);
  });

  it("leaves other resources alone", () => {
    const props = { spec: { template: { spec: { containers: [{}] } } } };
    assert.deepEqual(containersHaveLimits(resource("kubernetes:core/v1:Service", props)), []);
  });
});

describe("policy images-are-fixed", () => {
  const judge = (image: unknown) => imagesAreFixed(deployment({ image }));

  it("accepts digests and versions, and what is not known yet", () => {
    for (const image of ["app:1.2.3", "localhost:30500/app:v1", `localhost:30500/app${digest}`, undefined]) {
      assert.deepEqual(judge(image), []);
    }
    assert.deepEqual(judge(`app:latest${digest}`), []);
  });

  it("refuses latest, and an image without a tag", () => {
    assert.deepEqual(judge("app:latest"), [
      'container "main" has the image "app:latest", which changes with every push: use a digest or a version',
    ]);
    for (const image of ["app", "localhost:30500/app", "app@sha256:short"]) {
      assert.equal(judge(image).length, 1, image);
    }
  });

  it("accepts an image that another step tells, and refuses one that a person could choose", () => {
    const judgeStep = (value: string) =>
      imagesAreFixed(
        resource("kubernetes:argoproj.io/v1alpha1:WorkflowTemplate", {
          spec: {
            templates: [
              {
                name: "all",
                steps: [[{ template: "train", arguments: { parameters: [{ name: "image", value }] } }]],
              },
              { name: "train", container: { image: referenceText("inputs.parameters.image") } },
            ],
          },
        }),
      );
    assert.deepEqual(judgeStep(referenceText("steps.build.outputs.parameters.image")), []);
    for (const chosen of [referenceText("workflow.parameters.image"), "python:3.11"]) {
      assert.match(judgeStep(chosen)[0] ?? "", /anyone who submits a run could choose it/);
    }
  });

  it("refuses them in Argo's templates", () => {
    const [problem = ""] = imagesAreFixed(workflowTemplate({ image: "python:latest" }));
    assert.match(problem, /^container "main" of template "train" has the image "python:latest"/);
  });
});
