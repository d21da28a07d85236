/** The state of a stack, and what of it the cluster shows. */

/** Requests to the cluster at the same time. */
export const LANES = 8;

/** The inputs or outputs of an object of Kubernetes. */
export interface Properties {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: {
    readonly name?: unknown;
    readonly namespace?: unknown;
    readonly labels?: Readonly<Record<string, unknown>>;
  };
}

/** What the state has of a resource. */
export interface Resource {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
}

/** What `pulumi stack export` prints of a stack. */
interface Deployment {
  readonly resources?: readonly Resource[];
  /** Operations that have begun and not ended. */
  readonly pending_operations?: readonly { readonly resource: Resource; readonly type: string }[];
}

/** @param text What `pulumi stack export` prints. */
export const deploymentIn = (text: string): Deployment =>
  (JSON.parse(text) as { deployment: Deployment | null }).deployment ?? {};

/** How many operations have begun and not ended. @param text What `pulumi stack export` prints. */
export const pendingIn = (text: string): number => deploymentIn(text).pending_operations?.length ?? 0;

/** Undefined where it is gone, may not be seen, or is of an API whose own server is down. */
export async function ifSeen<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ([403, 404, 405, 503].includes(Number((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}
