import { randomBytes } from "node:crypto";
import { type PodAccess, podAccess } from "../../live/addresses/port-forward";
import { reach } from "../../live/addresses/reach";
import { findLab } from "../../engine/stack/live-lab";
import { type LabParts, partsOf } from "./lab-parts";
import { TrainingRuns } from "../runs/training-runs";

/** A live lab, with everything that the checks talk to. */
export interface Lab extends LabParts {
  /** The outputs as Pulumi prints them, without secrets. */
  readonly outputsText: string;
  /** The runs of this verification. */
  readonly runs: TrainingRuns;
  /** Ends the port-forwards by which it is reached, if there are any. */
  readonly close: () => Promise<void>;
}

/** What the checks talk to from outside the cluster. */
const PLACES = ["staging", "mlflow", "argo", "repository", "registry"] as const;

/**
 * Finds the lab by the stack's outputs, and a way to each of its places.
 *
 * @param notice Told in one line if the places are reached through the cluster's API.
 * @throws Error with a remedy if there is no lab, or if it or its cluster does not answer
 */
export async function openLab(notice: (line: string) => void): Promise<Lab> {
  const { outputsText, config, ...found } = await findLab();
  const access = (): Promise<PodAccess> => Promise.resolve(podAccess(config));
  const { outputs, close } = await reach(found.outputs, PLACES, { access, notice });
  const parts = { id: randomBytes(4).toString("hex"), ...partsOf(outputs, config) };
  return { ...parts, outputsText, runs: new TrainingRuns(parts), close };
}
