import { estimateFootprint } from "../../../stacks";
import type { SizeName } from "../../../components/sizes";
import type { Footprint } from "./capacity";
import { effectiveSettings } from "../class-settings";

/**
 * What a student's stack will ask for, about. Once the stack is up, its own output says it exactly.
 *
 * @param studentFile Text of the stack's file.
 */
export function estimatedFootprint(studentFile: string): Footprint {
  const settings = effectiveSettings(studentFile);
  const volumes = [settings.mlflowStorage, settings.postgresStorage, settings.appRepositoryStorage];
  return estimateFootprint(settings.size as SizeName, volumes.map(String));
}
