import * as check from "../values/checks";
import { student, labAndStudent } from "./scopes";

export const TRAINING = {
  schedule: labAndStudent.text(
    "When training starts automatically, as a cron string of five fields.",
    "0 2 * * *",
    check.cron,
  ),
  scheduleTimezone: labAndStudent.text(
    "Time zone of the schedule, as a name of the IANA database.",
    "UTC",
    check.timeZone,
  ),
  scheduleSuspended: labAndStudent.flag(
    "Whether the schedule is suspended. Runs can still be submitted by hand.",
  ),
  scheduleSpreadMinutes: student.integer(
    "Minutes over which the schedules of a class are spread. Each student's offset " +
      "follows from the name. 0 has all fire at the same time.",
    60,
    [0, 720],
  ),
  trainingDeadlineSeconds: labAndStudent.integer(
    "Seconds that a training run may take, its container build included and the wait for other builds not.",
    3600,
    [900, 604_800],
  ),
};
