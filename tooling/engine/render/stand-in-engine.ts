import * as pulumi from "@pulumi/pulumi";
import { OWNER_LABEL } from "../../../components/kubernetes";
import type { Settings } from "./settings";
import { keyOf, type StateValues } from "./state-values";

/** An object of the stack, as the program asks for it. */
export interface Declared {
  /** Type token, for example `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Of an image that was never built. Valid wherever a digest is asked for, and belongs to no image. */
export const PLACEHOLDER_DIGEST = `sha256:${"0".repeat(64)}`;

/**
 * Runs the program with nothing behind it: no engine, no cluster, no Docker.
 *
 * @param program Runs it, by loading it.
 * @param state What is known of the stack; objects that it does not know keep their logical names.
 * @returns the Kubernetes objects that the program asks for, each with its name, in the order of asking
 * @throws whatever the program throws, such as the problems of its configuration
 */
export async function declaredBy(
  program: () => unknown,
  settings: Settings,
  state: StateValues,
): Promise<Declared[]> {
  const declared: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ token }) => {
        throw new Error(`the program calls ${token}, for which there is no stand-in`);
      },
      newResource: ({ type, name, inputs: given, id = name }) => {
        const inputs = given as Record<string, unknown>;
        if (type === "docker:index/image:Image") return { id, state: image(inputs, name, state) };
        // Nothing that is rendered has the password: no value is as good as any.
        if (type.startsWith("random:")) return { id, state: { ...inputs, result: pulumi.secret("") } };
        if (!type.startsWith("kubernetes:")) return { id, state: inputs };
        const metadata = ownedAs(state.owner, inputs["metadata"] as Metadata | undefined);
        const named = { name: state.names.get(keyOf({ type, name })) ?? name, ...metadata };
        const known = { ...inputs, metadata: named };
        declared.push({ type, name, inputs: known });
        return { id, state: { ...known, ...statusOf(type) } };
      },
    },
    settings.project,
    settings.stack,
    false,
  );
  pulumi.runtime.setAllConfig({ ...settings.values }, [...settings.secretKeys]);
  await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()));
  // Objects that wait for others are asked for later.
  await pulumi.runtime.disconnect();
  return declared;
}

type Metadata = Readonly<{ labels?: Readonly<Record<string, string>> }>;

/** Metadata with the owner that the stack has; without one where the stack is not up, and has none. */
function ownedAs(owner: string | undefined, metadata: Metadata = {}): Metadata {
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => name !== OWNER_LABEL);
  const owned = owner === undefined ? [] : [[OWNER_LABEL, owner] as const];
  return { ...metadata, labels: Object.fromEntries([...labels, ...owned]) };
}

function image(inputs: Record<string, unknown>, name: string, state: StateValues): Record<string, unknown> {
  const reference = String(inputs["imageName"]);
  const repository = reference.replace(/:[^:/]+$/, "");
  const digest = state.digests.get(name) ?? PLACEHOLDER_DIGEST;
  return { ...inputs, baseImageName: reference, repoDigest: `${repository}@${digest}` };
}

/** The address that a cluster gives a Service; of use for the stack's outputs alone. */
const statusOf = (type: string): Record<string, unknown> =>
  type === "kubernetes:core/v1:Service"
    ? { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } }
    : {};
