import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  dataClaim,
  dataSecret,
  exposedHttp,
  externalAddress,
  serviceHost,
  labelsOf,
  singleWriterDeployment,
  type VolumeSize,
} from "../kubernetes";
import type { AppSource } from "./app-source";
import { GIT_SERVER_FOLDER } from "../images";
import {
  GIT_SERVER_NAME,
  GIT_SERVER_PORT,
  gitServerPod,
  REPOSITORY_PATH,
  TRAINING_PATH,
} from "./git-server-pod";
import { badPatch, trainingCode } from "./training-code";
import { sizeOf, type SizeName } from "../sizes";

export interface AppRepositoryArgs extends VolumeSize {
  /** Namespace of the server. */
  readonly namespace: pulumi.Input<string>;
  /** Reference of the server's image. */
  readonly image: pulumi.Input<string>;
  /** Name of the Secret with which the nodes pull the image. @default none: the registry allows anonymous access */
  readonly imagePullSecret?: pulumi.Input<string> | undefined;
  /** The branch that is built. */
  readonly branch: string;
  /** Node port, from 30000 to 32767. @default none: people use a port-forward */
  readonly nodePort?: number | undefined;
  /** Host name or IP address of a node, as seen from outside. */
  readonly externalHost: string;
  /** Where a push to the training code is told, and where its run is to be seen. */
  readonly webhook: {
    /** Where events of pushes go. */
    readonly eventsUrl: pulumi.Input<string>;
    /** With which they are signed. */
    readonly secret: pulumi.Input<string>;
    /** Address of Argo's page of the namespace's runs, for people. */
    readonly runsUrl: pulumi.Input<string>;
  };
  /** What the pod is given. @default "medium" */
  readonly size?: SizeName | undefined;
}

const USERNAME = "student";
// MLflow has 8000 on the same machine, and the application in staging 8080.
const FORWARD_PORT = 8081;

/**
 * A git server with the application's repository, which begins as this project's `images/app/`, and with that of the
 * training code, which begins as the code of `images/training/`. A push to the latter is told to Argo's server, and
 * starts a training.
 *
 * The image carries `images/app/`. At each start the branch `course` becomes what is in it, and `main` follows for as long as
 * nobody has pushed to it. Everyone who reaches the server may read; pushing takes a generated password.
 */
export class AppRepository extends pulumi.ComponentResource implements AppSource {
  public readonly url: pulumi.Output<string>;
  public readonly externalUrl: pulumi.Output<string>;
  public readonly branch: string;
  public readonly credentialsSecret = undefined;
  public readonly training: {
    readonly url: pulumi.Output<string>;
    readonly externalUrl: pulumi.Output<string>;
  };
  public readonly push: { readonly username: string; readonly password: pulumi.Output<string> };

  constructor(name: string, args: AppRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:AppRepository", name, {}, opts);
    const { namespace } = args;
    const labels = labelsOf(GIT_SERVER_NAME);
    const { externalHost, nodePort } = args;
    const exposure = { externalHost, nodePort, forwardPort: FORWARD_PORT };

    // A change makes a new object under a new name, which restarts the pod with it.
    const configMap = (child: string, data: Readonly<Record<string, pulumi.Input<string>>>) =>
      new k8s.core.v1.ConfigMap(
        `${name}-${child}`,
        { metadata: { namespace, labels }, immutable: true, data },
        { parent: this },
      );
    const files = configMap("files", {
      "lighttpd.conf": serverFile("lighttpd.conf"),
      "receive.sh": serverFile("receive.sh"),
      "seed.sh": serverFile("seed.sh"),
      "mlops-bad.patch": badPatch(),
    });
    const code = trainingCode();
    const training = configMap("training", code.data);
    const server = pulumi.interpolate`http://${serviceHost(GIT_SERVER_NAME, namespace)}:${GIT_SERVER_PORT}`;
    const settings = pulumi.jsonStringify({
      eventsUrl: args.webhook.eventsUrl,
      repositoryUrl: pulumi.interpolate`${server}${TRAINING_PATH}`,
      runsUrl: args.webhook.runsUrl,
    });
    const hooks = configMap("hooks", {
      "post-receive": serverFile("post_receive.py"),
      "settings.json": settings,
    });
    const webhook = new k8s.core.v1.Secret(
      `${name}-webhook`,
      {
        metadata: { namespace, labels },
        immutable: true,
        stringData: { secret: args.webhook.secret },
      },
      { parent: this },
    );
    const password = new random.RandomPassword(
      `${name}-password`,
      // Letters and digits only: people put it into addresses, where others would have to be escaped.
      { length: 24, special: false },
      { parent: this },
    );
    const users = dataSecret(
      `${name}-users`,
      { namespace, labels, key: "users", value: pulumi.interpolate`${USERNAME}:${password.result}\n` },
      { parent: this },
    );
    const claim = dataClaim(
      `${name}-data`,
      { namespace, labels, storage: args.storage, storageClass: args.storageClass },
      { parent: this },
    );
    new k8s.apps.v1.Deployment(
      `${name}-server`,
      singleWriterDeployment({
        name: GIT_SERVER_NAME,
        namespace,
        labels,
        pod: gitServerPod({
          image: args.image,
          imagePullSecret: args.imagePullSecret,
          filesName: files.metadata.name,
          trainingName: training.metadata.name,
          trainingFiles: code.files,
          hooksName: hooks.metadata.name,
          webhookName: webhook.metadata.name,
          usersName: users.name,
          claimName: claim.metadata.name,
          resources: sizeOf(args.size).gitServer,
        }),
      }),
      { parent: this },
    );
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: GIT_SERVER_NAME, namespace, labels },
        spec: { ...exposedHttp(GIT_SERVER_PORT, exposure), selector: labels },
      },
      { parent: this },
    );

    this.branch = args.branch;
    const outside = `http://${externalAddress(exposure)}`;
    this.url = pulumi.interpolate`${server}${REPOSITORY_PATH}`;
    this.externalUrl = pulumi.output(`${outside}${REPOSITORY_PATH}`);
    this.training = {
      url: pulumi.interpolate`${server}${TRAINING_PATH}`,
      externalUrl: pulumi.output(`${outside}${TRAINING_PATH}`),
    };
    this.push = { username: USERNAME, password: users.value.apply(passwordIn) };
    this.registerOutputs({ url: this.url, externalUrl: this.externalUrl });
  }
}

/** The password in a line `name:password` of the server's users. */
const passwordIn = (users: string): string => users.trim().slice(USERNAME.length + 1);

function serverFile(file: string): string {
  // From the project's folder, in which Pulumi runs the program, as an image's build context is.
  return readFileSync(join(GIT_SERVER_FOLDER, file), "utf8");
}
