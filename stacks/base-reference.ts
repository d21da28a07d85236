import * as pulumi from "@pulumi/pulumi";
import type { BaseOutput } from "./outputs";
import type { Base } from "./base-services";

/** The base as its stack's output tells other stacks. */
export function baseOutput({ registry, images, builder, argo }: Base): pulumi.Output<BaseOutput> {
  return pulumi.output({
    registry: { ...registry.addresses, forPulling: registry.pullAddress, guarded: registry.guarded === true },
    images: {
      training: { reference: images.training.reference, digest: images.training.digest },
      pipeline: images.pipeline,
      appBase: images.appBase.reference,
      appBaseForBuilds: images.appBase.inClusterReference,
      mlflow: images.mlflow,
      gitServer: images.gitServer,
    },
    builder: { address: builder.address, namespace: builder.namespace },
    argo: { serverUrl: argo.serverUrl, namespace: argo.namespace },
  });
}

/**
 * The base of another stack.
 *
 * @param stack Its name, alone for one of the same organization and project.
 * @throws pulumi.RunError in place of the values if the stack is no base, or not up.
 */
export function referredBase(stack: string): Base {
  const name = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const base = new pulumi.StackReference("base", { name }).getOutput("base").apply((value): BaseOutput => {
    if (value === undefined) {
      throw new pulumi.RunError(
        `the stack ${stack} has no output "base": gourmetgram:baseStack wants a stack with gourmetgram:scope base that is up`,
      );
    }
    return value as BaseOutput;
  });
  const { registry, images, builder, argo } = base;
  return {
    registry: {
      addresses: {
        inCluster: registry.inCluster,
        fromNodes: registry.fromNodes,
        forPushing: registry.forPushing,
        own: registry.own,
        plainHttp: registry.plainHttp,
      },
      pullAddress: registry.forPulling,
      ready: [],
      storage: [],
    },
    images: {
      training: images.training,
      pipeline: images.pipeline,
      appBase: { reference: images.appBase, inClusterReference: images.appBaseForBuilds },
      mlflow: images.mlflow,
      gitServer: images.gitServer,
    },
    builder,
    // Each by itself: an output has no members to spread.
    argo: { serverUrl: argo.serverUrl, namespace: argo.namespace, ready: [] },
  };
}
