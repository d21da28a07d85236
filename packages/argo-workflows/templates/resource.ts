import { compact } from "../manifests/compact";
import { type ManifestTree, toYaml } from "../manifests/manifest-text";
import type { ObjectOutputs } from "../values/outputs";
import type { Inputs, None, References } from "../values/parameters";
import type { FollowedResource, ResourceManifest } from "../manifests/template-manifests";
import { type PodTemplateOptions, type Template, podTemplate } from "./templates";

export interface ResourceTemplateOptions<I extends Inputs, O extends ObjectOutputs>
  extends PodTemplateOptions<I, O>, FollowedResource {
  readonly action: ResourceManifest["action"];
  /** The object to act on, given references to the template's inputs. */
  readonly manifest: (inputs: References<I>) => ManifestTree;
}

/** A template that acts on an object of the cluster. */
export function resource<const I extends Inputs = None, const O extends ObjectOutputs = None>(
  name: string,
  options: ResourceTemplateOptions<I, O>,
): Template<I, O> {
  return podTemplate(name, options, (inputs, context) => ({
    resource: compact({
      action: options.action,
      setOwnerReference: options.setOwnerReference,
      successCondition: options.successCondition,
      failureCondition: options.failureCondition,
      manifest: toYaml(options.manifest(inputs), context),
    }),
  }));
}
