import type { Check } from "../check";
import { badScenario } from "./bad-scenario";
import { images } from "./images";
import { mlflowGuard } from "./mlflow-guard";
import { persistence } from "./persistence";
import { podSecurity } from "./pod-security";
import { rights } from "./rights";
import { schedule } from "./schedule";
import { secrets } from "./secrets";
import { trainingAccepted } from "./training-accepted";
import { trainingRefused } from "./training-refused";

/** All checks, in the order in which they are carried out: the quick ones first, the one that restarts things last. */
export const checks: readonly Check[] = [
  podSecurity,
  rights,
  mlflowGuard,
  secrets,
  trainingAccepted,
  trainingRefused,
  badScenario,
  schedule,
  images,
  persistence,
];
