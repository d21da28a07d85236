import * as k8s from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";
import { DATA_LABELS } from "../labels";

export type PodSecurityLevel = "restricted" | "privileged";

export interface LabNamespaceArgs {
  /** Name of the namespace, a DNS label. */
  readonly name: Input<string>;
  /** The level above which pods are refused. */
  readonly level: PodSecurityLevel;
  /** Whether volumes with data that cannot be made again are in it. @default false */
  readonly holdsData?: boolean | undefined;
}

/**
 * A namespace of the lab's own, as a child of a component.
 *
 * @param component The component's name; it begins the logical name.
 */
export function labNamespace(
  component: string,
  args: LabNamespaceArgs,
  options: { readonly parent: Resource },
): k8s.core.v1.Namespace {
  return new k8s.core.v1.Namespace(
    `${component}-namespace`,
    {
      metadata: {
        name: args.name,
        labels: {
          "app.kubernetes.io/part-of": "gourmetgram",
          ...podSecurity(args.level),
          ...(args.holdsData === true ? DATA_LABELS : {}),
        },
      },
    },
    options,
  );
}

/**
 * Labels that refuse pods above a level, and warn and log about them too: `kubectl apply` then says why. Nothing is
 * above `privileged`, so nothing could warn.
 */
function podSecurity(level: PodSecurityLevel): Record<string, string> {
  const modes = level === "privileged" ? ["enforce"] : ["enforce", "warn", "audit"];
  return Object.fromEntries(
    modes.flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, "latest"],
    ]),
  );
}
