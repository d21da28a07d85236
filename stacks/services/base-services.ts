import * as pulumi from "@pulumi/pulumi";
import { BuiltImage, IMAGES } from "../../components/images";
import { ArgoWorkflows, type RunPages } from "../../components/argo";
import type { ServedNamespaces } from "../../components/class";
import { hostInUrl } from "../../components/kubernetes";
import { REGISTERED_MODEL } from "../../components/mlflow";
import type { BaseConfig, LabConfig } from "../../config";
import {
  LocalRegistry,
  type LocalRegistryPlace,
  externalRegistry,
  type RegistryTarget,
} from "../../components/registry";
import { backupsOf } from "./backups";
import { externalRegistryOf } from "./external-registry";

/** What a cluster has once, for one lab or for a class. */
export interface Base {
  readonly registry: RegistryTarget;
  /** References of the built images, each with its digest. */
  readonly images: BaseImages;
  readonly argo: {
    /** Address of the server, over TLS. */
    readonly serverUrl: pulumi.Output<string>;
    /** Namespace of Argo's own programs. */
    readonly namespace: string | pulumi.Output<string>;
    /** What must exist before a WorkflowTemplate can. */
    readonly ready: pulumi.Resource[];
  };
  /** Namespace of the backups on a schedule; undefined where there are none. */
  readonly backupNamespace: pulumi.Output<string> | string | undefined;
}

/** The images that the base builds. */
export interface BaseImages {
  readonly training: { readonly reference: pulumi.Output<string>; readonly digest: pulumi.Output<string> };
  /** The same without its code, as BuildKit pulls it. */
  readonly trainingBase: pulumi.Output<string>;
  readonly pipeline: pulumi.Output<string>;
  /** Once as nodes pull it, once as BuildKit does. */
  readonly appBase: {
    readonly reference: pulumi.Output<string>;
    readonly inClusterReference: pulumi.Output<string>;
  };
  readonly mlflow: pulumi.Output<string>;
  /** `null` where the stack uses an external repository of the application. */
  readonly gitServer: pulumi.Output<string | null>;
}

/**
 * Creates what a cluster has once.
 *
 * @param serves The namespaces that it serves.
 */
export function createBase(config: LabConfig | BaseConfig, serves: ServedNamespaces): Base {
  const { externalHost, platform, storageClass, torchIndexUrl } = config;

  // Images: the registry that they go to, and those that are built here.
  const external = externalRegistryOf(config);
  const registry =
    external === undefined
      ? new LocalRegistry("registry", {
          image: config.registryImage,
          ...placeOf(config),
          storage: config.registryStorage,
          storageClass,
          guard:
            config.scope === "base"
              ? { image: config.registryGuardImage, spacePerStudent: config.registrySpacePerStudent }
              : undefined,
        }).target
      : externalRegistry(external);
  const python = { baseImage: config.pythonBaseImage, registry, platform };
  const torch = {
    ...python,
    ...(torchIndexUrl === undefined ? {} : { buildArgs: { TORCH_INDEX_URL: torchIndexUrl } }),
  };
  const trainingBase = new BuiltImage("training-base-image", { source: IMAGES.trainingBase, ...torch });
  const training = new BuiltImage("training-image", {
    source: IMAGES.training,
    ...torch,
    after: trainingBase,
  });
  const pipeline = new BuiltImage("pipeline-image", {
    source: IMAGES.pipeline,
    ...python,
    // Its client is copied from there: client and server are of one version.
    buildArgs: { BUILDKIT_IMAGE: config.buildkitImage },
  });
  const appBase = new BuiltImage("app-base-image", { source: IMAGES.appBase, ...torch });
  const mlflow = new BuiltImage("mlflow-image", { source: IMAGES.mlflow, ...python });
  const gitServer =
    config.appRepositoryUrl === undefined
      ? new BuiltImage("git-server-image", {
          source: IMAGES.gitServer,
          baseImage: config.gitServerBaseImage,
          registry,
          platform,
        })
      : undefined;

  // What backs up labs.
  const backup = backupsOf(config, registry);

  // What runs workflows.
  const argo = new ArgoWorkflows("argo", {
    mode: config.argo,
    namespace: config.argoNamespace,
    managed: serves,
    namespaceParallelism: config.namespaceParallelism,
    images: {
      controller: config.argoControllerImage,
      executor: config.argoExecutorImage,
      server: config.argoServerImage,
    },
    pages: runPages(config),
    serverNodePort: config.argoServerNodePort,
    externalHost,
  });

  return {
    registry,
    images: {
      training,
      trainingBase: trainingBase.inClusterReference,
      pipeline: pipeline.reference,
      appBase,
      mlflow: mlflow.reference,
      gitServer: pulumi.output(gitServer?.reference ?? null),
    },
    argo: { serverUrl: argo.serverUrl, namespace: config.argoNamespace, ready: argo.ready },
    backupNamespace: backup?.namespace,
  };
}

/** Where the local registry is reached. */
export function placeOf(config: LabConfig | BaseConfig): LocalRegistryPlace {
  return {
    nodePort: config.registryNodePort,
    pullFrom: config.registryPullFrom,
    pullAddress: config.registryPullAddress,
    pushAddress: config.registryPushAddress,
  };
}

/** Where a browser finds what runs make; nothing in a class, whose students reach it at other addresses each. */
function runPages(config: LabConfig | BaseConfig): RunPages | undefined {
  if (config.scope === "base") return undefined;
  const at = (port: number): string => `http://${hostInUrl(config.externalHost)}:${port}`;
  return {
    // A load balancer's address is not known before there is one.
    model:
      config.mlflowServiceType === "NodePort"
        ? `${at(config.mlflowNodePort)}/#/models/${REGISTERED_MODEL.name}`
        : undefined,
    staging: at(config.stagingNodePort),
  };
}
