/** What a training run needs, before anything else of the lab is known: none of that has a part in it. */
import { type Amounts, podAmounts, type Resources, type SizeName } from "../../components/sizes";
import { EXECUTOR_RESOURCES } from "../../components/argo";
import { BUILDKIT_RESOURCES } from "../../components/builder";
import { containersOfPods, peakOf } from "./footprint-of-workflows";
import { placeholderArgs, type TrainingManifests, trainingManifests } from "../../workflows";

/**
 * The most that one training run has at the same time: its pods with Argo's own containers in them, the pods of the
 * build that it starts and waits for, and the claims of both.
 *
 * @param executor What Argo's own containers are given. @default what the lab's Argo gives them
 */
export function peakOfRun(manifests: TrainingManifests, executor: Resources = EXECUTOR_RESOURCES): Amounts {
  return peakOf([manifests.train, manifests.build], executor);
}

/** The same for a size: what it takes of the namespace that it is in. */
export function peakOfSize(size: SizeName): Amounts {
  return peakOfRun(manifestsOf(size));
}

/** What a run takes of the cluster: BuildKit as well, which has a namespace of its own, while a step builds. */
export function peakWithBuilder(size: SizeName): Amounts {
  const { train, build } = manifestsOf(size);
  return peakOf([train, build], EXECUTOR_RESOURCES, podAmounts([BUILDKIT_RESOURCES]));
}

/** What each container is given that a training run or its build has. */
export function containersOfSize(size: SizeName): Resources[] {
  const { train, build } = manifestsOf(size);
  return [...containersOfPods([train, build]), EXECUTOR_RESOURCES];
}

function manifestsOf(size: SizeName): TrainingManifests {
  return trainingManifests({ ...placeholderArgs(), size });
}
