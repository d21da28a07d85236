import * as pulumi from "@pulumi/pulumi";
import { labNamespace } from "./lab-namespace";

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

    const namespace = labNamespace(name, { name: args.name, level: "restricted" }, { parent: this });

    this.name = namespace.metadata.name;
    this.registerOutputs({ name: this.name });
  }
}
