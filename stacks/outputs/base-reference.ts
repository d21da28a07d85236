/** What the base of a class tells the stacks of its students, written on one side and checked on the other. */
import * as pulumi from "@pulumi/pulumi";
import { setCommand, pulumiCommand, type StudentConfig } from "../../config";
import type { BaseOutput } from "./outputs";
import type { Base } from "../services/base-services";

/** Version of the contract. Raise it when a field of {@link BaseOutput} changes its meaning. */
export const CONTRACT = 2;

/** The output `base` of a base's stack. */
export function baseOutput({ registry, images, argo, backupNamespace }: Base): pulumi.Output<BaseOutput> {
  return pulumi.output({
    contract: CONTRACT,
    registry: { ...registry.addresses, forPulling: registry.pullAddress, guarded: registry.guarded === true },
    images: {
      training: { reference: images.training.reference, digest: images.training.digest },
      trainingBaseForBuilds: images.trainingBase,
      pipeline: images.pipeline,
      appBase: images.appBase.reference,
      appBaseForBuilds: images.appBase.inClusterReference,
      mlflow: images.mlflow,
      gitServer: images.gitServer,
    },
    argo: { serverUrl: argo.serverUrl, namespace: argo.namespace },
    backupNamespace: backupNamespace ?? null,
  });
}

/**
 * The base of a student's stack. Waits until it has been read, so that a base that does not fit is refused before
 * anything is created.
 *
 * @throws pulumi.RunError if the stack is not a base, not up, of another version, or has another registry
 */
export async function referredBase(config: StudentConfig): Promise<Base> {
  const { baseStack: stack } = config;
  const name = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const value: unknown = await new pulumi.StackReference("base", { name }).getOutputValue("base");
  const known = checked(value, config);
  const base = pulumi.output(known);
  const { registry, images, argo } = base;
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
      trainingBase: images.trainingBaseForBuilds,
      pipeline: images.pipeline,
      appBase: { reference: images.appBase, inClusterReference: images.appBaseForBuilds },
      mlflow: images.mlflow,
      gitServer: images.gitServer,
    },
    // Each by itself: an output has no members to spread.
    argo: { serverUrl: argo.serverUrl, namespace: argo.namespace, ready: [] },
    // It decides which resources there are.
    backupNamespace: known.backupNamespace ?? undefined,
  };
}

/** The types of a value's members, by their names. `text?` may be null. */
type Shape<T> = {
  readonly [Name in keyof T]: T[Name] extends string
    ? "string"
    : T[Name] extends number
      ? "number"
      : T[Name] extends boolean
        ? "boolean"
        : null extends T[Name]
          ? "string or null"
          : Shape<T[Name]>;
};

const SHAPE: Shape<BaseOutput> = {
  contract: "number",
  registry: {
    inCluster: "string",
    fromNodes: "string",
    forPushing: "string",
    own: "boolean",
    plainHttp: "boolean",
    forPulling: "string",
    guarded: "boolean",
  },
  images: {
    training: { reference: "string", digest: "string" },
    trainingBaseForBuilds: "string",
    pipeline: "string",
    appBase: "string",
    appBaseForBuilds: "string",
    mlflow: "string",
    gitServer: "string or null",
  },
  argo: { serverUrl: "string", namespace: "string" },
  backupNamespace: "string or null",
};

/** @throws pulumi.RunError if a student's stack cannot use the base */
function checked(value: unknown, { baseStack: stack, externalRegistry }: StudentConfig): BaseOutput {
  const refuse = (problem: string, fix: string): never => {
    throw new pulumi.RunError(`${problem}\n    fix: ${fix}\nNothing has been created or changed.`);
  };
  const upCommand = `${pulumiCommand()} up --stack ${stack}`;
  if (value === undefined) {
    return refuse(
      `gourmetgram:baseStack is ${stack}, which has no output "base": expected a stack with gourmetgram:scope base that is up`,
      upCommand,
    );
  }
  const { contract, registry } = value as BaseOutput;
  if (contract !== CONTRACT) {
    return refuse(
      `the stack ${stack} was brought up by another version of this program: its output "base" has the version ${String(contract)}, expected ${CONTRACT}`,
      upCommand,
    );
  }
  const wrong = misfits(value, SHAPE);
  if (wrong.length > 0) {
    return refuse(`the output "base" of the stack ${stack} is wrong: ${wrong.join("; ")}`, upCommand);
  }
  if (registry.guarded && externalRegistry !== undefined) {
    return refuse(
      `gourmetgram:externalRegistry is ${externalRegistry}, but the base ${stack} has a registry in the cluster`,
      `${pulumiCommand()} config rm gourmetgram:externalRegistry`,
    );
  }
  if (!registry.guarded && externalRegistry === undefined) {
    return refuse(
      `gourmetgram:externalRegistry is missing: the base ${stack} uses the external registry ${registry.fromNodes}`,
      setCommand("externalRegistry", registry.fromNodes),
    );
  }
  return value as BaseOutput;
}

interface Tree {
  readonly [name: string]: string | Tree;
}

/** What of a value is not as a shape says, each with its path. */
function misfits(value: unknown, shape: string | Tree, path = ""): string[] {
  if (typeof shape === "string") {
    const type = value === null ? "null" : typeof value;
    return shape.split(" or ").includes(type) ? [] : [`${path} is ${type}, expected ${shape}`];
  }
  const members = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(shape).flatMap(([name, each]) =>
    misfits(members[name], each, path === "" ? name : `${path}.${name}`),
  );
}
