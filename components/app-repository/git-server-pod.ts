/** The pod of the git server. Its scripts and the image expect the folders that are mounted here. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LabSize } from "../sizes";
import { LOCKED_DOWN_CONTAINER, unprivilegedPod } from "../kubernetes";

/** Name of the git server's Deployment and Service. Addresses contain it, so it is not generated. */
export const GIT_SERVER_NAME = "app-repository";

/** Port of the git server, in the container and of its Service. */
export const GIT_SERVER_PORT = 8080;

/** Path of the application's repository in the server's address. */
export const REPOSITORY_PATH = "/gourmetgram.git";

/** Path of the training code's repository. */
export const TRAINING_PATH = "/gourmetgram-train.git";

/** The branch of the training code that people push to. */
export const TRAINING_BRANCH = "mlops";

/** Arguments of the pod. */
export interface GitServerPodArgs {
  readonly image: pulumi.Input<string>;
  readonly imagePullSecret: pulumi.Input<string> | undefined;
  /** ConfigMap with the files `lighttpd.conf`, `receive.sh`, `seed.sh` and `mlops-bad.patch`. */
  readonly filesName: pulumi.Input<string>;
  /** ConfigMap with the training code. */
  readonly trainingName: pulumi.Input<string>;
  /** Its keys, by the paths of the files in the repository. */
  readonly trainingFiles: Readonly<Record<string, string>>;
  /** ConfigMap with the hooks of the training code's repository, and their settings. */
  readonly hooksName: pulumi.Input<string>;
  /** Secret with the file `secret`, with which the hook signs. */
  readonly webhookName: pulumi.Input<string>;
  /** Secret with the file `users`, one `name:password` in each line. */
  readonly usersName: pulumi.Input<string>;
  /** Claim of the repositories' volume. */
  readonly claimName: pulumi.Input<string>;
  readonly resources: LabSize["gitServer"];
}

const FILES = "/etc/git-server";
const USERS = "/run/secrets/git-server";
const HOOKS = "/etc/git-hooks";
const WEBHOOK = "/run/secrets/git-webhook";
const TRAINING = "/seed-training";
const REPOSITORIES = "/srv/git";
// Any will do: the server needs no entry in the user database.
const USER = 1000;

/** The pod: the repositories are created or updated first, then one server runs. */
export function gitServerPod(args: GitServerPodArgs): k8s.types.input.core.v1.PodSpec {
  const { imagePullSecret } = args;
  const common = {
    image: args.image,
    // Git looks for settings there, and finds none.
    env: [{ name: "HOME", value: "/tmp" }],
    securityContext: LOCKED_DOWN_CONTAINER,
  };
  const mounts = [
    { name: "files", mountPath: FILES, readOnly: true },
    { name: "repositories", mountPath: REPOSITORIES },
    { name: "tmp", mountPath: "/tmp" },
  ];
  // The first request of a clone, which succeeds only if the server, git and the repository work.
  const clone = { path: `${REPOSITORY_PATH}/info/refs?service=git-upload-pack`, port: "http" };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: unprivilegedPod(USER),
    ...(imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: imagePullSecret }] }),
    initContainers: [
      {
        ...common,
        name: "seed",
        command: ["sh", `${FILES}/seed.sh`],
        resources: args.resources.seed,
        volumeMounts: mounts,
      },
      {
        ...common,
        name: "seed-training",
        command: ["sh", `${FILES}/seed.sh`],
        env: [
          ...common.env,
          ...Object.entries({
            REPOSITORY: `${REPOSITORIES}${TRAINING_PATH}`,
            SEED: TRAINING,
            OWN_BRANCH: TRAINING_BRANCH,
            TITLE: "The GourmetGram training code",
            HOOKS,
            BAD_BRANCH: "mlops-bad",
            BAD_PATCH: `${FILES}/mlops-bad.patch`,
            BAD_TITLE: "Keep only the weights of the model",
          }).map(([name, value]) => ({ name, value })),
        ],
        resources: args.resources.seed,
        volumeMounts: [...mounts, { name: "training", mountPath: TRAINING, readOnly: true }],
      },
    ],
    containers: [
      {
        ...common,
        name: "git-server",
        command: ["lighttpd", "-D", "-f", `${FILES}/lighttpd.conf`],
        ports: [{ name: "http", containerPort: GIT_SERVER_PORT }],
        readinessProbe: { httpGet: clone, periodSeconds: 10, timeoutSeconds: 5 },
        livenessProbe: {
          httpGet: { path: "/health", port: "http" },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 6,
        },
        resources: args.resources.server,
        volumeMounts: [
          ...mounts,
          { name: "users", mountPath: USERS, readOnly: true },
          { name: "hooks", mountPath: HOOKS, readOnly: true },
          { name: "webhook", mountPath: WEBHOOK, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "files", configMap: { name: args.filesName } },
      {
        name: "training",
        configMap: {
          name: args.trainingName,
          items: Object.entries(args.trainingFiles).map(([path, key]) => ({ key, path })),
        },
      },
      // Git runs a hook only if it is a program.
      { name: "hooks", configMap: { name: args.hooksName, defaultMode: 0o555 } },
      { name: "webhook", secret: { secretName: args.webhookName, defaultMode: 0o440 } },
      { name: "users", secret: { secretName: args.usersName, defaultMode: 0o440 } },
      { name: "repositories", persistentVolumeClaim: { claimName: args.claimName } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
    ],
  };
}
