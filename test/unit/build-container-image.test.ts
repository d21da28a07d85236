import assert from "node:assert/strict";
import { buildContainerImage } from "../../components/build-container-image";
import { referenceText } from "../support/argo-text";

const ARGS = { image: "registry/train@sha256:0", mlflowUrl: "http://mlflow", serviceAccount: "builder" };

describe("build-container-image", () => {
  it("downloads the version that it is given", () => {
    const { metadata, spec } = buildContainerImage({ ...ARGS, deadlineSeconds: 1620 }).manifest("lab");
    assert.deepEqual(metadata, {
      name: "build-container-image",
      namespace: "lab",
      annotations: {
        "workflows.argoproj.io/description": "Downloads a version of the model from MLflow.",
      },
    });
    assert.deepEqual(spec, {
      entrypoint: "build-container-image",
      arguments: {
        parameters: [
          {
            name: "model-version",
            description: "Version of GourmetGramFood11Model in MLflow, for example 3",
          },
        ],
      },
      serviceAccountName: "builder",
      synchronization: { mutexes: [{ name: "build-container-image" }] },
      activeDeadlineSeconds: 1620,
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
      templates: [
        {
          name: "build-container-image",
          steps: [
            [
              {
                name: "download-model",
                template: "download-model",
                arguments: {
                  parameters: [
                    { name: "model-version", value: referenceText("workflow.parameters.model-version") },
                  ],
                },
              },
            ],
          ],
        },
        {
          name: "download-model",
          inputs: { parameters: [{ name: "model-version" }] },
          retryStrategy: { limit: 2, retryPolicy: "OnError", backoff: { duration: "10s", factor: 2 } },
          volumes: [{ name: "model", emptyDir: { sizeLimit: "2Gi" } }],
          container: {
            image: "registry/train@sha256:0",
            command: ["python", "download_model.py"],
            args: [referenceText("inputs.parameters.model-version"), "/model"],
            env: [{ name: "MLFLOW_TRACKING_URI", value: "http://mlflow" }],
            resources: {
              requests: { cpu: "100m", memory: "256Mi" },
              limits: { cpu: "1", memory: "1Gi" },
            },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            volumeMounts: [{ name: "model", mountPath: "/model" }],
            terminationMessagePolicy: "FallbackToLogsOnError",
          },
        },
      ],
    });
  });

  it("names the secret for pulling where there is one", () => {
    const { spec } = buildContainerImage({
      ...ARGS,
      deadlineSeconds: 60,
      imagePullSecret: "registry",
    }).manifest();
    assert.deepEqual(spec.imagePullSecrets, [{ name: "registry" }]);
  });
});
