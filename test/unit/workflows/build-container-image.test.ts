import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SetContainerManifest, TemplateManifest } from "../../../packages/argo-workflows";
import { podAmounts } from "../../../components/sizes/amounts";
import { buildContainerImage } from "../../../workflows/build/build-container-image";
import type { Resources } from "../../../components/sizes/lab-size";
import { deadlines } from "../../../components/argo/workflow-policy";
import { checkout } from "../../support/checkout";
import { referenceText } from "../../support/argo-text";
import { TRAINING_ARGS } from "../../support/training";

const ARGS = { ...TRAINING_ARGS, deadlines: deadlines(3600).child };

const { metadata, spec } = buildContainerImage(ARGS).manifest("lab");

function template(name: string, of = spec): TemplateManifest {
  const found = of.templates.find((each) => each.name === name);
  assert.ok(found !== undefined, `there is no template ${name}`);
  return found;
}

/** A container of the pod in which the image is made. */
function container(name: string, of = spec): SetContainerManifest {
  const found = template("build-image", of).containerSet?.containers.find((each) => each.name === name);
  assert.ok(found !== undefined, `there is no container ${name}`);
  return found;
}

/** The variables of a container. */
function envOf({ env = [] }: Pick<SetContainerManifest, "env">): Record<string, unknown> {
  return Object.fromEntries(env.map((each) => [each.name, each.value ?? each.valueFrom]));
}

/** The variables of a template's container, without the one that all have. */
function variables(name: string, of = spec): Record<string, unknown> {
  const { OUTPUTS, ...others } = envOf(template(name, of).container ?? {});
  assert.equal(OUTPUTS, "/tmp/outputs");
  return others;
}

/** The variables of a container of the pod in which the image is made, without those that all have. */
function variablesOfBuild(name: string, of = spec): Record<string, unknown> {
  const { OUTPUTS, WORKSPACE, ...others } = envOf(container(name, of));
  assert.deepEqual([OUTPUTS, WORKSPACE], ["/workspace/outputs", "/workspace"]);
  return others;
}

/** What the containers of that pod mount besides the folder that they share, by their names. */
function mountsOfBuild(of = spec): Record<string, unknown> {
  const containers = template("build-image", of).containerSet?.containers ?? [];
  return Object.fromEntries(
    containers.flatMap(({ name, volumeMounts }) =>
      volumeMounts === undefined ? [] : [[name, volumeMounts]],
    ),
  );
}

const input = (name: string): string => referenceText(`inputs.parameters.${name}`);
const parameter = (name: string): string => referenceText(`workflow.parameters.${name}`);
const output = (step: string, name: string): string =>
  referenceText(`steps.${step}.outputs.parameters.${name}`);
const passed = (values: Record<string, string>) => ({
  parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});

const BUILDER = {
  BUILDKIT_ADDRESS: "tcp://buildkitd:1234",
  BUILDKIT_NAMESPACE: "build",
  BUILDKIT_DEPLOYMENT: "buildkitd",
};
/** What the step that builds does by the API of the cluster. */
const BUILDER_USE =
  '[{"apiGroups":["apps"],"namespace":"build","resourceNames":["buildkitd"],' +
  '"resources":["deployments/scale"],"verbs":["patch"]},' +
  '{"apiGroups":[""],"namespace":"build","resources":["pods"],"verbs":["list"]}]';

describe("build-container-image", () => {
  it("asks for the version only, and knows the rest", () => {
    assert.deepEqual(metadata, {
      name: "build-container-image",
      namespace: "lab",
      annotations: {
        "workflows.argoproj.io/description":
          "Builds the application with a version of the model, deploys it to staging and tests it there.",
      },
    });
    assert.deepEqual(
      { ...spec, templates: [] },
      {
        templates: [],
        entrypoint: "build-container-image",
        onExit: "restore-unless-succeeded",
        arguments: {
          parameters: [
            {
              name: "model-version",
              description: "Version of GourmetGramFood11Model in MLflow, for example 3",
            },
            {
              name: "app-repository",
              value: "http://app-repository:8080/gourmetgram.git",
              description: "Git repository of the application",
            },
            { name: "app-branch", value: "main", description: "Branch of it whose last commit is built" },
          ],
        },
        serviceAccountName: "builder",
        synchronization: { mutexes: [{ name: "build-GourmetGramFood11Model" }] },
        activeDeadlineSeconds: 1530,
        ttlStrategy: { secondsAfterCompletion: 86400 },
        podGC: { strategy: "OnWorkflowCompletion", deleteDelayDuration: "8h" },
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          fsGroupChangePolicy: "OnRootMismatch",
          seccompProfile: { type: "RuntimeDefault" },
        },
        workflowMetadata: {
          labelsFrom: { "gourmetgram/model-version": { expression: "workflow.parameters['model-version']" } },
        },
      },
    );
  });

  it("makes the image, deploys it and tests it", () => {
    const version = parameter("model-version");
    const commit = output("build-image", "commit");
    const trainingImage = output("build-image", "training-image");
    const image = output("build-image", "image");
    const release = { "model-version": version, commit, "training-image": trainingImage, image };
    assert.deepEqual(template("build-container-image").steps, [
      [
        {
          name: "build-image",
          template: "build-image",
          arguments: passed({
            "model-version": version,
            "app-repository": parameter("app-repository"),
            "app-branch": parameter("app-branch"),
          }),
        },
      ],
      [{ name: "deploy-to-staging", template: "deploy-to-staging", arguments: passed(release) }],
      [
        {
          name: "test-staging",
          template: "test-staging",
          arguments: passed({ ...release, "staging-url": output("deploy-to-staging", "staging-url") }),
        },
      ],
    ]);
  });

  it("puts staging back when the run did not succeed", () => {
    assert.deepEqual(template("restore-unless-succeeded").steps, [
      [
        {
          name: "restore-staging",
          template: "restore-staging",
          when: `'${referenceText("workflow.status")}' != 'Succeeded'`,
        },
      ],
    ]);
  });

  it("clones and downloads side by side, then builds, in one pod with one folder", () => {
    const { volumes, outputs, containerSet, serviceAccountName } = template("build-image");
    assert.deepEqual(
      containerSet?.containers.map(({ name, command, dependencies }) => [
        name,
        command.join(" "),
        dependencies,
      ]),
      [
        ["clone", "python -m gourmetgram_pipeline clone", undefined],
        ["download-model", "python -m gourmetgram_pipeline download-model", undefined],
        ["main", "python -m gourmetgram_pipeline build-image", ["clone", "download-model"]],
      ],
    );
    assert.deepEqual(volumes, [{ name: "workspace", emptyDir: { sizeLimit: "4Gi" } }]);
    assert.deepEqual(containerSet?.volumeMounts, [{ name: "workspace", mountPath: "/workspace" }]);
    assert.deepEqual(
      outputs?.parameters?.map((each) => each.valueFrom?.path),
      ["commit", "training-image", "image-digest", "image"].map((name) => `/workspace/outputs/${name}`),
    );
    assert.equal(serviceAccountName, undefined);
  });

  it("requests the memory of two steps for the three together, and as little processor as there is", () => {
    const containers = template("build-image").containerSet?.containers ?? [];
    const three = podAmounts(containers.map(({ resources }) => resources as Resources));
    const alone = podAmounts([template("deploy-to-staging").container?.resources as Resources]);
    assert.equal(three["requests.cpu"], 0.003);
    assert.equal(three["requests.memory"], 2 * alone["requests.memory"]);
    assert.deepEqual([three["limits.cpu"], three["limits.memory"] / 2 ** 20], [2.5, 1792]);
  });

  it("runs the steps that the pipeline's image has", () => {
    const program = readFileSync(
      join(checkout, "images/pipeline/src/gourmetgram_pipeline/__main__.py"),
      "utf8",
    );
    const known = [...program.matchAll(/^    "([a-z-]+)": \("/gm)].map(([, name]) => name);
    const containers = spec.templates.flatMap(
      (each) => each.container ?? each.containerSet?.containers ?? [],
    );
    // The other one is of train-model.
    const own = known.filter((name) => name !== "training-image");
    assert.deepEqual(own.sort(), containers.map(({ command }) => command.at(-1)).sort());
  });

  it("gives each step its command, what it needs to know, and a place for what it tells", () => {
    const steps = spec.templates.filter(({ container }) => container !== undefined);
    assert.deepEqual(
      steps.map(({ name, container, outputs }) => [
        name,
        container?.command.join(" "),
        ...(outputs?.parameters ?? []).map((each) => each.valueFrom?.path),
      ]),
      [
        ["deploy-to-staging", "python -m gourmetgram_pipeline deploy-to-staging", "/tmp/outputs/staging-url"],
        ["test-staging", "python -m gourmetgram_pipeline test-staging", "/tmp/outputs/prediction"],
        ["restore-staging", "python -m gourmetgram_pipeline restore-staging", "/tmp/outputs/serving"],
      ],
    );
    const release = {
      MODEL_VERSION: input("model-version"),
      COMMIT: input("commit"),
      TRAINING_IMAGE: input("training-image"),
    };
    const target = { STAGING_NAMESPACE: "staging", STAGING_DEPLOYMENT: "gourmetgram" };
    const run = { ARGO_WORKFLOW_NAME: referenceText("workflow.name") };
    assert.deepEqual(variablesOfBuild("clone"), {
      APP_REPOSITORY: input("app-repository"),
      APP_BRANCH: input("app-branch"),
      ...BUILDER,
    });
    assert.deepEqual(variablesOfBuild("download-model"), {
      MLFLOW_TRACKING_URI: "http://mlflow",
      MODEL_VERSION: input("model-version"),
      ...BUILDER,
    });
    assert.deepEqual(variablesOfBuild("main"), {
      ...run,
      MODEL_VERSION: input("model-version"),
      ...BUILDER,
      APP_REPOSITORY: input("app-repository"),
      APP_BASE_IMAGE: TRAINING_ARGS.appBaseImage,
      PUSH_REPOSITORY: "registry:5000/app",
      PULL_REPOSITORY: "localhost:30500/app",
      MLFLOW_TRACKING_URI: "http://mlflow",
    });
    assert.deepEqual(variables("deploy-to-staging"), {
      ...release,
      ...run,
      ...target,
      IMAGE: input("image"),
      STAGING_SERVICE_URL: "http://gourmetgram.staging:8000",
    });
    assert.deepEqual(variables("test-staging"), {
      ...release,
      ...run,
      ...target,
      IMAGE: input("image"),
      STAGING_URL: input("staging-url"),
      MLFLOW_TRACKING_URI: "http://mlflow",
    });
    assert.deepEqual(variables("restore-staging"), { ...target, MLFLOW_TRACKING_URI: "http://mlflow" });
  });

  it("lets only the pod that builds reach BuildKit", () => {
    assert.deepEqual(
      spec.templates.flatMap(({ name, metadata: pod }) =>
        pod?.labels === undefined ? [] : [[name, pod.labels]],
      ),
      [["build-image", { "gourmetgram.dev/role": "build-image" }]],
    );
  });

  it("lets only the steps of staging run under the account that may change it, and says what they use", () => {
    const deployment =
      '{"apiGroups":["apps"],"namespace":"staging","resourceNames":["gourmetgram"],' +
      '"resources":["deployments"],"verbs":["get","patch"]}';
    const pods = '{"apiGroups":[""],"namespace":"staging","resources":["pods"],"verbs":["list"]}';
    assert.deepEqual(
      spec.templates
        .filter(({ steps }) => steps === undefined)
        .map(({ name, serviceAccountName, metadata: pod }) => [
          name,
          serviceAccountName,
          pod?.annotations?.["gourmetgram.dev/uses"],
        ]),
      [
        ["build-image", undefined, BUILDER_USE],
        ["deploy-to-staging", "deployer", `[${deployment},${pods}]`],
        ["test-staging", "deployer", `[${deployment},${pods}]`],
        ["restore-staging", "deployer", `[${deployment}]`],
      ],
    );
  });

  it("bounds each step in time, memory and rights", () => {
    const pods = spec.templates.filter(({ steps }) => steps === undefined);
    assert.equal(pods.length, 4);
    for (const { name, container: alone, containerSet, activeDeadlineSeconds, retryStrategy } of pods) {
      assert.ok(activeDeadlineSeconds !== undefined && activeDeadlineSeconds > 0, name);
      assert.equal(retryStrategy?.retryPolicy, "OnError", name);
      for (const each of alone === undefined ? (containerSet?.containers ?? []) : [alone]) {
        assert.equal(each.image, TRAINING_ARGS.pipelineImage);
        assert.deepEqual(each.securityContext, {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
        });
        assert.deepEqual(Object.keys(each.resources.limits ?? {}), ["cpu", "memory"], name);
      }
    }
  });

  it("reads a repository that asks for credentials with those of the Secret, in the clone alone", () => {
    const { spec: whole } = buildContainerImage({
      ...ARGS,
      appRepository: { ...ARGS.appRepository, credentialsSecret: "source" },
    }).manifest();
    const env = variablesOfBuild("clone", whole);
    assert.deepEqual(env["APP_REPOSITORY_USERNAME"], { secretKeyRef: { name: "source", key: "username" } });
    assert.equal(env["APP_REPOSITORY_PASSWORD_FILE"], "/credentials/password");
    assert.equal(env["APP_REPOSITORY_CREDENTIALS_FOR"], ARGS.appRepository.url);
    assert.deepEqual(template("build-image", whole).volumes?.slice(1), [
      {
        name: "credentials",
        secret: { secretName: "source", items: [{ key: "password", path: "password" }] },
      },
    ]);
    assert.deepEqual(mountsOfBuild(whole), {
      clone: [{ name: "credentials", mountPath: "/credentials", readOnly: true }],
    });
    const others = ["download-model", "main"].map((name) => container(name, whole));
    assert.doesNotMatch(JSON.stringify(others), /credentials|APP_REPOSITORY_USERNAME/);
  });

  it("builds with the credentials of a registry that asks for them, and gives them to nothing else", () => {
    const { spec: whole } = buildContainerImage({
      ...ARGS,
      registryCredentialsSecret: "registry",
    }).manifest();
    assert.equal(variablesOfBuild("main", whole)["DOCKER_CONFIG"], "/docker");
    assert.deepEqual(mountsOfBuild(whole), {
      main: [{ name: "registry-credentials", mountPath: "/docker", readOnly: true }],
    });
    assert.deepEqual(template("build-image", whole).volumes?.slice(1), [
      {
        name: "registry-credentials",
        secret: { secretName: "registry", items: [{ key: ".dockerconfigjson", path: "config.json" }] },
      },
    ]);
  });

  it("names the secret for pulling where there is one", () => {
    const { spec: whole } = buildContainerImage({ ...ARGS, imagePullSecret: "registry" }).manifest();
    assert.deepEqual(whole.imagePullSecrets, [{ name: "registry" }]);
  });
});
