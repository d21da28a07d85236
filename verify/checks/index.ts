import type { Check } from "../check";
import { badScenario } from "./bad-scenario";
import { builder } from "./builder";
import { images } from "./images";
import { lessonAccuracy } from "./lesson-accuracy";
import { lessonBadArchitecture } from "./lesson-bad-architecture";
import { lessonOversized } from "./lesson-oversized";
import { mlflowGuard } from "./mlflow-guard";
import { page } from "./page";
import { persistence } from "./persistence";
import { podSecurity } from "./pod-security";
import { repository } from "./repository";
import { rights } from "./rights";
import { schedule } from "./schedule";
import { secrets } from "./secrets";
import { staging } from "./staging";
import { trainingAccepted } from "./training-accepted";
import { trainingRefused } from "./training-refused";
import { unreachable } from "./unreachable";

/**
 * All checks, in the order in which they are carried out: the quick ones first, then what trains and deploys, those
 * that stop or restart something last.
 *
 * Two runs are looked at by several checks each. `staging` comes right after the one that makes it, because any later
 * run may put another version there; the lessons come after it, because they need something that serves.
 */
export const checks: readonly Check[] = [
  podSecurity,
  rights,
  mlflowGuard,
  secrets,
  builder,
  trainingAccepted,
  staging,
  page,
  lessonAccuracy,
  trainingRefused,
  images,
  badScenario,
  lessonBadArchitecture,
  lessonOversized,
  repository,
  schedule,
  unreachable,
  persistence,
];
