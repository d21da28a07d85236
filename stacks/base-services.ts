import * as pulumi from "@pulumi/pulumi";
import {
  AppBaseImage,
  GitServerImage,
  MlflowImage,
  PipelineImage,
  TrainingImage,
} from "../components/images";
import { ArgoWorkflows } from "../components/argo";
import { Builder } from "../components/builder";
import type { ServedNamespaces } from "../components/class";
import type { LabConfig } from "../config";
import { LocalRegistry, externalRegistry, type RegistryTarget } from "../components/registry";

/** What a cluster has once, for one lab or for a class. */
export interface Base {
  readonly registry: RegistryTarget;
  /** References of the built images, each with its digest. */
  readonly images: BaseImages;
  readonly builder: {
    /** Address inside the cluster, `tcp://host:port`. */
    readonly address: pulumi.Output<string>;
    readonly namespace: pulumi.Output<string>;
  };
  readonly argo: {
    /** Address of the server, over TLS. */
    readonly serverUrl: pulumi.Output<string>;
    /** Namespace of Argo's own programs. */
    readonly namespace: string | pulumi.Output<string>;
    /** What must exist before a WorkflowTemplate can. */
    readonly ready: pulumi.Resource[];
  };
}

/** The images that the base builds. */
export interface BaseImages {
  readonly training: { readonly reference: pulumi.Output<string>; readonly digest: pulumi.Output<string> };
  readonly pipeline: pulumi.Output<string>;
  /** Once as nodes pull it, once as BuildKit does. */
  readonly appBase: {
    readonly reference: pulumi.Output<string>;
    readonly inClusterReference: pulumi.Output<string>;
  };
  readonly mlflow: pulumi.Output<string>;
  /** None where the application's repository is someone else's. */
  readonly gitServer: pulumi.Output<string | null>;
}

/**
 * Makes what a cluster has once.
 *
 * @param serves Whom it serves.
 */
export function createBase(config: LabConfig, serves: ServedNamespaces): Base {
  const { externalHost, platform, storageClass, torchIndexUrl } = config;

  // Images: the registry that they go to, and those that are built here.
  const registry =
    config.registry.kind === "external"
      ? externalRegistry(config.registry)
      : new LocalRegistry("registry", {
          ...config.registry,
          storageClass,
          guard: serves === "students" ? { image: config.registry.guardImage } : undefined,
        }).target;
  const python = { baseImage: config.pythonBaseImage, registry, platform };
  const training = new TrainingImage("training-image", { ...python, torchIndexUrl });
  const pipeline = new PipelineImage("pipeline-image", { ...python, buildkitImage: config.builder.image });
  const appBase = new AppBaseImage("app-base-image", { ...python, torchIndexUrl });
  const mlflow = new MlflowImage("mlflow-image", python);
  const gitServer =
    config.appRepository.kind === "hosted"
      ? new GitServerImage("git-server-image", {
          baseImage: config.appRepository.baseImage,
          registry,
          platform,
        })
      : undefined;

  // What builds the application, and what runs workflows.
  const builder = new Builder("builder", { ...config.builder, storageClass, clients: serves, registry });
  const argo = new ArgoWorkflows("argo", { ...config.argo, managed: serves, externalHost });

  return {
    registry,
    images: {
      training,
      pipeline: pipeline.reference,
      appBase,
      mlflow: mlflow.reference,
      gitServer: pulumi.output(gitServer?.reference ?? null),
    },
    builder,
    argo: { serverUrl: argo.serverUrl, namespace: config.argo.namespace, ready: argo.ready },
  };
}
