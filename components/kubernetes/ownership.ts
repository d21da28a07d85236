import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { INSTANCE_LABEL, MANAGER, MANAGER_LABEL, OWNER_LABEL } from "./labels";

/**
 * Who owns what the stack creates, as labels for each of its objects.
 *
 * Server-side apply keeps note of who set a label to which value, and refuses another stack that sets it to another
 * value. So no stack takes over an object of another one, not even where both were started at the same time.
 */
export class Ownership extends pulumi.ComponentResource {
  /** The labels. The owner's is known once the stack has been brought up. */
  public readonly labels: Readonly<Record<string, pulumi.Input<string>>>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Ownership", name, {}, opts);

    // Of all random values the one that every engine of this project can make. It gives access to nothing, so it is not a secret.
    const id = new random.RandomPassword(
      `${name}-id`,
      { length: 16, special: false, upper: false },
      { parent: this },
    );

    this.labels = {
      [INSTANCE_LABEL]: pulumi.getStack(),
      [MANAGER_LABEL]: MANAGER,
      [OWNER_LABEL]: pulumi.unsecret(id.result),
    };
    this.registerOutputs({});
  }
}
