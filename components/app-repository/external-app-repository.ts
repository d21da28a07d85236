import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { AppSource } from "./app-source";
import { GIT_SERVER_NAME } from "./git-server-pod";
import { labelsOf } from "../kubernetes";

export interface ExternalAppRepositoryArgs {
  /** Namespace of the pods that read it. */
  readonly namespace: pulumi.Input<string>;
  /** An http or https address without credentials. */
  readonly url: string;
  /** The branch that is built. */
  readonly branch: string;
  /** Credentials for reading it. @default nothing: it is public */
  readonly credentials?: { readonly username: string; readonly password: pulumi.Input<string> } | undefined;
}

/** A repository of the application that exists already, and the Secret with which it is read. */
export function externalAppRepository(name: string, args: ExternalAppRepositoryArgs): AppSource {
  const { namespace, credentials } = args;
  const parent = new pulumi.ComponentResource("gourmetgram:index:ExternalAppRepository", name);
  const url = pulumi.output(args.url);
  const credentialsSecret =
    credentials === undefined
      ? undefined
      : new k8s.core.v1.Secret(
          `${name}-credentials`,
          {
            metadata: { namespace, labels: labelsOf(GIT_SERVER_NAME) },
            // A change makes a new Secret under a new name, so pods that start meanwhile find either one whole.
            immutable: true,
            stringData: { username: credentials.username, password: credentials.password },
          },
          { parent },
        ).metadata.name;
  return {
    url,
    externalUrl: url,
    branch: args.branch,
    credentialsSecret,
    training: undefined,
    push: undefined,
  };
}
