/** What the real providers would answer, as far as the program looks at it. */
import { createHash } from "node:crypto";
import type { BaseOutput } from "../../stacks/outputs/outputs";
import type { Plain } from "./wire-format";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const REGISTRY = "registry.kube-system.svc.cluster.local:5000";
const image = (name: string): string => `${REGISTRY}/gourmetgram-${name}@${DIGEST}`;

/** What the base of a class tells the stacks of its students. */
export const BASE_OUTPUT: BaseOutput = {
  contract: 2,
  registry: {
    inCluster: REGISTRY,
    fromNodes: "localhost:30500",
    forPushing: "localhost:30500",
    own: true,
    plainHttp: true,
    forPulling: REGISTRY,
    guarded: true,
  },
  images: {
    training: { reference: image("train"), digest: DIGEST },
    pipeline: image("pipeline"),
    appBase: image("app-base"),
    appBaseForBuilds: image("app-base"),
    trainingBaseForBuilds: image("train-base"),
    mlflow: image("mlflow"),
    gitServer: image("git"),
  },
  argo: { serverUrl: "https://localhost:30746", namespace: "argo" },
  backupNamespace: null,
};

let base: Plain;

/** Has another stack's output `base` read as this from now on; `undefined` for a stack that has none. */
export function answerBase(output: unknown): void {
  base = output as Plain;
}

/** Id and outputs as the real providers would give them, so that nothing downstream is undefined. */
export function providerAnswer(
  type: string,
  name: string,
  inputs: Record<string, Plain>,
): { id: string; state: Record<string, Plain> } {
  if (type.startsWith("kubernetes:")) {
    const metadata = (inputs["metadata"] ?? {}) as Record<string, Plain>;
    const uid = type.endsWith(":Secret") ? { uid: uidOf(name) } : {};
    const named = { name: generatedName(name), ...uid, ...metadata };
    const namespace = typeof metadata["namespace"] === "string" ? `${metadata["namespace"]}/` : "";
    return {
      id: `${namespace}${named.name}`,
      state: { ...inputs, metadata: named, ...dataOf(type, inputs), ...statusOf(type) },
    };
  }
  if (type === "random:index/randomPassword:RandomPassword") {
    const length = typeof inputs["length"] === "number" ? inputs["length"] : 0;
    const result = hash(name).repeat(4).slice(0, length);
    return { id: "none", state: { ...inputs, result, bcryptHash: `$2a$10$${hash(result).slice(0, 53)}` } };
  }
  if (type === "docker:index/image:Image") {
    const imageName = typeof inputs["imageName"] === "string" ? inputs["imageName"] : "";
    const repository = imageName.replace(/:[^:/]*$/, "");
    const repoDigest = `${repository}@sha256:${hash(JSON.stringify(inputs["build"] ?? null))}`;
    const registryServer = repository.split("/")[0] ?? "";
    return { id: repoDigest, state: { ...inputs, baseImageName: imageName, registryServer, repoDigest } };
  }
  if (type === "pulumi:pulumi:StackReference") {
    return {
      id: name,
      state: { ...inputs, outputs: base === undefined ? {} : { base }, secretOutputNames: [] },
    };
  }
  throw new Error(`no mock for the resource type ${type}: say here what its provider answers`);
}

/** The name that the Kubernetes provider gives an object whose `metadata.name` is left out; here always the same. */
export function generatedName(name: string): string {
  return `${name}-${hash(name).slice(0, 8)}`;
}

/** The id that the API server gives a Secret; here it follows from the logical name. */
export const uidOf = (name: string): string => `uid-${hash(name).slice(0, 8)}`;

/** What the API server makes of a Secret's text. */
function dataOf(type: string, inputs: Record<string, Plain>): Record<string, Plain> {
  const { stringData } = inputs as { stringData?: Record<string, string> };
  if (type !== "kubernetes:core/v1:Secret" || stringData === undefined) return {};
  const data = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
  return { data: Object.fromEntries(data) as Plain };
}

function statusOf(type: string): Record<string, Plain> {
  return type === "kubernetes:core/v1:Service"
    ? { status: { loadBalancer: { ingress: [{ ip: "203.0.113.10" }] } } }
    : {};
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
