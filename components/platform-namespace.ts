import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Options of {@link PlatformNamespace}. */
export interface PlatformNamespaceArgs {
  /** Name of the namespace, a DNS label. Students and the course's commands use it, so it is not generated. */
  readonly name: string;
}

/**
 * The namespace in which MLflow, the workflows and the training runs live.
 *
 * It admits only pods of the Pod Security level `restricted`: nothing in it builds images or needs a privilege.
 */
export class PlatformNamespace extends pulumi.ComponentResource {
  /** The namespace's name. Whatever takes it from here is created after the namespace. */
  public readonly name: pulumi.Output<string>;

  constructor(name: string, args: PlatformNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:PlatformNamespace", name, {}, opts);

    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      {
        metadata: {
          name: args.name,
          labels: { "app.kubernetes.io/part-of": "gourmetgram", ...podSecurity("restricted") },
        },
      },
      { parent: this },
    );

    this.name = namespace.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}

/** Labels that refuse pods above a level, and warn and log about them too: `kubectl apply` then says why. */
function podSecurity(level: "restricted"): Record<string, string> {
  const modes = ["enforce", "warn", "audit"].map((mode) => `pod-security.kubernetes.io/${mode}`);
  return Object.fromEntries(
    modes.flatMap((mode) => [
      [mode, level],
      [`${mode}-version`, "latest"],
    ]),
  );
}
