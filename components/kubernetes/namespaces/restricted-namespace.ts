import * as pulumi from "@pulumi/pulumi";
import { labNamespace, type LabNamespaceArgs } from "./lab-namespace";

export interface RestrictedNamespaceArgs extends Pick<LabNamespaceArgs, "holdsData"> {
  /** Name of the namespace, a DNS label. Students and the course's commands use it, so it is not generated. */
  readonly name: string;
}

/**
 * A namespace that admits only pods of the Pod Security level `restricted`: nothing in it builds images or needs a
 * privilege. The platform's, with MLflow, the workflows and the training runs, and that of Argo's own programs.
 */
export class RestrictedNamespace extends pulumi.ComponentResource {
  /** The namespace's name, known when the namespace exists. */
  public readonly name: pulumi.Output<string>;

  constructor(name: string, args: RestrictedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    // A change of the type would replace the namespace in stacks that exist.
    super("gourmetgram:index:PlatformNamespace", name, {}, opts);
    this.name = labNamespace(name, { ...args, level: "restricted" }, { parent: this }).metadata.name;
    this.registerOutputs({ name: this.name });
  }
}
