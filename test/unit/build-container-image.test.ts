import assert from "node:assert/strict";
import type { TemplateManifest } from "../../components/argo";
import { buildContainerImage } from "../../components/build-container-image";
import { deadlines } from "../../components/workflow-policy";
import { referenceText } from "../support/argo-text";
import { TRAINING_ARGS } from "../support/training";

const ARGS = { ...TRAINING_ARGS, deadlines: deadlines(3600).child };

const { metadata, spec } = buildContainerImage(ARGS).manifest("lab");

function template(name: string, of = spec): TemplateManifest {
  const found = of.templates.find((each) => each.name === name);
  assert.ok(found !== undefined, `there is no template ${name}`);
  return found;
}

/** The variables of a template's container, without the one that all have. */
function variables(name: string, of = spec): Record<string, unknown> {
  const { OUTPUTS, ...others } = Object.fromEntries(
    (template(name, of).container?.env ?? []).map((each) => [each.name, each.value ?? each.valueFrom]),
  );
  assert.equal(OUTPUTS, "/tmp/outputs");
  return others;
}

const input = (name: string): string => referenceText(`inputs.parameters.${name}`);
const parameter = (name: string): string => referenceText(`workflow.parameters.${name}`);
const output = (step: string, name: string): string =>
  referenceText(`steps.${step}.outputs.parameters.${name}`);
const passed = (values: Record<string, string>) => ({
  parameters: Object.entries(values).map(([name, value]) => ({ name, value })),
});

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
        volumeClaimTemplates: [
          {
            metadata: { name: "workspace" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "4Gi" } } },
          },
        ],
        serviceAccountName: "builder",
        synchronization: { mutexes: [{ name: "build-GourmetGramFood11Model" }] },
        activeDeadlineSeconds: 1530,
        ttlStrategy: { secondsAfterCompletion: 86400 },
        podGC: { strategy: "OnWorkflowCompletion", deleteDelayDuration: "8h" },
        volumeClaimGC: { strategy: "OnWorkflowCompletion" },
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          fsGroupChangePolicy: "OnRootMismatch",
          seccompProfile: { type: "RuntimeDefault" },
        },
      },
    );
  });

  it("clones and downloads side by side, then builds, deploys and tests", () => {
    const version = parameter("model-version");
    const commit = output("clone", "commit");
    const trainingImage = output("download-model", "training-image");
    const image = output("build-image", "image");
    const release = { "model-version": version, commit, "training-image": trainingImage, image };
    assert.deepEqual(template("build-container-image").steps, [
      [
        {
          name: "clone",
          template: "clone",
          arguments: passed({
            "app-repository": parameter("app-repository"),
            "app-branch": parameter("app-branch"),
          }),
        },
        {
          name: "download-model",
          template: "download-model",
          arguments: passed({ "model-version": version }),
        },
      ],
      [
        {
          name: "build-image",
          template: "build-image",
          arguments: passed({ "model-version": version, commit, "training-image": trainingImage }),
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

  it("gives each step its script, what it needs to know, and a place for what it tells", () => {
    const steps = spec.templates.filter(({ container }) => container !== undefined);
    assert.deepEqual(
      steps.map(({ name, container, outputs }) => [
        name,
        container?.command.join(" "),
        ...(outputs?.parameters ?? []).map((each) => each.valueFrom?.path),
      ]),
      [
        ["clone", "python clone.py", "/tmp/outputs/commit"],
        ["download-model", "python download_model.py", "/tmp/outputs/training-image"],
        ["build-image", "python build_image.py", "/tmp/outputs/image-digest", "/tmp/outputs/image"],
        ["deploy-to-staging", "python deploy.py", "/tmp/outputs/staging-url"],
        ["test-staging", "python check_staging.py", "/tmp/outputs/prediction"],
        ["restore-staging", "python restore_staging.py", "/tmp/outputs/serving"],
      ],
    );
    const release = {
      MODEL_VERSION: input("model-version"),
      COMMIT: input("commit"),
      TRAINING_IMAGE: input("training-image"),
    };
    const target = { STAGING_NAMESPACE: "staging", STAGING_DEPLOYMENT: "gourmetgram" };
    const run = { ARGO_WORKFLOW_NAME: referenceText("workflow.name") };
    assert.deepEqual(variables("clone"), {
      APP_REPOSITORY: input("app-repository"),
      APP_BRANCH: input("app-branch"),
      WORKSPACE: "/workspace",
    });
    assert.deepEqual(variables("download-model"), {
      MLFLOW_TRACKING_URI: "http://mlflow",
      MODEL_VERSION: input("model-version"),
      WORKSPACE: "/workspace",
    });
    assert.deepEqual(variables("build-image"), {
      ...release,
      ...run,
      BUILDKIT_ADDRESS: "tcp://buildkitd:1234",
      APP_REPOSITORY: parameter("app-repository"),
      APP_BASE_IMAGE: TRAINING_ARGS.appBaseImage,
      PUSH_REPOSITORY: "registry:5000/app",
      PULL_REPOSITORY: "localhost:30500/app",
      MLFLOW_TRACKING_URI: "http://mlflow",
      WORKSPACE: "/workspace",
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
    assert.deepEqual(variables("restore-staging"), target);
  });

  it("lets only the steps before the deployment share a folder, and only the build reach BuildKit", () => {
    const sharing = spec.templates.filter(({ container }) => container?.volumeMounts !== undefined);
    assert.deepEqual(
      sharing.map(({ name, volumes, container }) => [name, volumes, container?.volumeMounts]),
      ["clone", "download-model", "build-image"].map((name) => [
        name,
        undefined,
        [{ name: "workspace", mountPath: "/workspace" }],
      ]),
    );
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
        .filter(({ container }) => container !== undefined)
        .map(({ name, serviceAccountName, metadata: pod }) => [
          name,
          serviceAccountName,
          pod?.annotations?.["gourmetgram.dev/uses"],
        ]),
      [
        ["clone", undefined, undefined],
        ["download-model", undefined, undefined],
        ["build-image", undefined, undefined],
        ["deploy-to-staging", "deployer", `[${deployment},${pods}]`],
        ["test-staging", "deployer", `[${deployment},${pods}]`],
        ["restore-staging", "deployer", `[${deployment}]`],
      ],
    );
  });

  it("bounds each step in time, memory and rights", () => {
    for (const { name, container, activeDeadlineSeconds, retryStrategy } of spec.templates) {
      if (container === undefined) continue;
      assert.ok(activeDeadlineSeconds !== undefined && activeDeadlineSeconds > 0, name);
      assert.equal(retryStrategy?.retryPolicy, "OnError", name);
      assert.equal(container.image, TRAINING_ARGS.pipelineImage);
      assert.deepEqual(container.securityContext, {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      });
      assert.deepEqual(Object.keys(container.resources.limits ?? {}), ["cpu", "memory"], name);
    }
  });

  it("reads a repository that asks for credentials with those of the Secret, and no other", () => {
    const { spec: whole } = buildContainerImage({
      ...ARGS,
      appRepository: { ...ARGS.appRepository, credentialsSecret: "source" },
    }).manifest();
    const env = variables("clone", whole);
    assert.deepEqual(env["APP_REPOSITORY_USERNAME"], { secretKeyRef: { name: "source", key: "username" } });
    assert.equal(env["APP_REPOSITORY_PASSWORD_FILE"], "/credentials/password");
    assert.equal(env["APP_REPOSITORY_CREDENTIALS_FOR"], ARGS.appRepository.url);
    assert.deepEqual(template("clone", whole).volumes, [
      {
        name: "credentials",
        secret: { secretName: "source", items: [{ key: "password", path: "password" }] },
      },
    ]);
    assert.deepEqual(template("clone", whole).container?.volumeMounts, [
      { name: "workspace", mountPath: "/workspace" },
      { name: "credentials", mountPath: "/credentials", readOnly: true },
    ]);
  });

  it("builds with the credentials of a registry that asks for them", () => {
    const { spec: whole } = buildContainerImage({
      ...ARGS,
      registryCredentialsSecret: "registry",
    }).manifest();
    assert.equal(variables("build-image", whole)["DOCKER_CONFIG"], "/docker");
    assert.deepEqual(template("build-image", whole).volumes, [
      {
        name: "registry-credentials",
        secret: { secretName: "registry", items: [{ key: ".dockerconfigjson", path: "config.json" }] },
      },
    ]);
  });

  it("names the storage class and the secret for pulling where there are any", () => {
    const { spec: whole } = buildContainerImage({
      ...ARGS,
      storageClass: "fast",
      imagePullSecret: "registry",
    }).manifest();
    assert.deepEqual(whole.imagePullSecrets, [{ name: "registry" }]);
    assert.equal(whole.volumeClaimTemplates?.[0]?.spec.storageClassName, "fast");
  });
});
