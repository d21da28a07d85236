import { Node } from "../objects/node";
import { kindOf, WorkflowObject } from "../objects/workflow-object";
import { schedulesOf } from "../rules/runtime/schedules";
import { nextTimes, scheduleProblem } from "./schedule";
import { literal } from "../expressions/tags";

/** When a schedule fires next. */
export interface UpcomingRuns {
  /** Which of the given objects it is in, counted from 0. */
  readonly object: number;
  /** `CronWorkflow/train-model-cron`. */
  readonly title: string;
  readonly schedule: string;
  readonly timezone: string;
  /** True if the CronWorkflow is suspended: it starts nothing until it is resumed. */
  readonly suspended: boolean;
  /** Times in ISO 8601, UTC. */
  readonly times: readonly string[];
}

/**
 * The next times of all schedules that can be read.
 *
 * @param objects Plain objects of any kind.
 * @param from Times after this one.
 * @param count How many of each schedule.
 */
export function upcomingRuns(objects: readonly unknown[], from: Date, count: number): UpcomingRuns[] {
  return objects.flatMap((value, index) => {
    const root = new Node(value);
    if (kindOf(root) !== "CronWorkflow") return [];
    const object = new WorkflowObject("CronWorkflow", root, index);
    const timezone = literal(object.root.in("spec", "timezone")) ?? "";
    return schedulesOf(object).flatMap((node) => {
      const schedule = literal(node);
      if (schedule === undefined || scheduleProblem(schedule, timezone) !== undefined) {
        return [];
      }
      const times = nextTimes(schedule, { timezone, from, count }).map((time) => time.toISOString());
      const suspended = object.root.in("spec", "suspend").value === true;
      return [
        {
          object: object.index,
          title: object.title,
          schedule,
          timezone: timezone === "" ? "UTC" : timezone,
          suspended,
          times,
        },
      ];
    });
  });
}
