import type { Check } from "../suite/check";
import { badScenario } from "./training/bad-scenario";
import { builder } from "./security/builder";
import { dashboard } from "./services/dashboard";
import { delivery } from "./training/delivery";
import { images } from "./services/images";
import { lessonBadArchitecture, lessonBadCode, lessonOversized } from "./lessons/failing-lessons";
import { lessonAccuracy } from "./lessons/lesson-accuracy";
import { lessonHostilePickle } from "./lessons/lesson-hostile-pickle";
import { mlflowGuard } from "./security/mlflow-guard";
import { page } from "./services/page";
import { persistence } from "./services/persistence";
import { podSecurity } from "./security/pod-security";
import { events } from "./events/events";
import { eventsRefused } from "./events/events-refused";
import { push } from "./events/push";
import { pushBurst } from "./events/push-burst";
import { pushFailures } from "./events/push-failures";
import { pushUnheard } from "./events/push-unheard";
import { repository } from "./services/repository";
import { rights } from "./security/rights";
import { schedule } from "./training/schedule";
import { secrets } from "./security/secrets";
import { staging } from "./services/staging";
import { trainingAccepted } from "./training/training-accepted";
import { trainingRefused } from "./training/training-refused";
import { unreachable } from "./lessons/unreachable";

/**
 * All checks, in the order in which they are carried out: the quick ones first, then what trains and deploys, those
 * that stop or restart something last.
 *
 * Some runs are looked at by several checks each. `staging` comes right after the one that makes it, because any later
 * run may put another version there, and `delivery` before the next one; the lessons come after it, because they need
 * something that serves.
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
  delivery,
  dashboard,
  lessonAccuracy,
  trainingRefused,
  images,
  badScenario,
  lessonBadArchitecture,
  lessonOversized,
  lessonHostilePickle,
  lessonBadCode,
  eventsRefused,
  events,
  push,
  pushFailures,
  pushBurst,
  pushUnheard,
  repository,
  schedule,
  unreachable,
  persistence,
];
