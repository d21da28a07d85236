import * as pulumi from "@pulumi/pulumi";

/** The event of a push; Argo calls it the discriminator. */
export const PUSH_EVENT = "push";

/** Label of a run that an event has started: the kind of the event. */
export const TRIGGER_LABEL = "gourmetgram.dev/trigger";

/**
 * Where Argo's server takes events of a kind.
 *
 * @param server Address of the server, `https://host:port`.
 * @param namespace Namespace of the bindings that look at them.
 * @param event The kind.
 */
export function eventsAddress(
  server: pulumi.Input<string>,
  namespace: pulumi.Input<string>,
  event: string,
): pulumi.Output<string> {
  return pulumi.interpolate`${server}/api/v1/events/${namespace}/${event}`;
}
