import * as pulumi from "@pulumi/pulumi";

/**
 * An output of this stack as its last `up` left it, for what is to stay from one to the next and that no resource holds.
 * Undefined where there was none. Secret if it was secret.
 */
export function lastOutput(name: string): pulumi.Output<unknown> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  return new pulumi.StackReference("last", { name: stack }).getOutput(name);
}
