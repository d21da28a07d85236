import { type Check } from "../../suite/check";
import { expect, expectEqual } from "../../suite/expect";
import { stateText } from "../../../live/services/mlflow";
import { nameOf, outputOf, stepOf } from "../../../live/workflows/workflow";

/** The schedule is set as the outputs say, and what it starts works. */
export const schedule: Check = {
  name: "schedule",
  title: "The schedule is set as configured, and what it starts succeeds",
  run: async (context) => {
    const { lab, see } = context;
    const wanted = lab.outputs.schedule;
    const found = await lab.argo.schedule(wanted.name);
    expectEqual(`schedules of ${wanted.name}`, found.spec.schedules?.join("; "), wanted.cron);
    expectEqual(`timezone of ${wanted.name}`, found.spec.timezone, wanted.timezone);
    expectEqual(`suspend of ${wanted.name}`, found.spec.suspend ?? false, wanted.suspended);
    const complaint = found.status?.conditions?.find(
      (each) => each.type !== "Completed" && each.status === "True",
    );
    expectEqual(
      `errors that Argo noted at ${wanted.name}`,
      complaint === undefined ? undefined : `${complaint.type}: ${complaint.message ?? ""}`,
      undefined,
    );
    see(`${wanted.name}: ${wanted.cron} ${wanted.timezone}${wanted.suspended ? ", suspended" : ""}`);

    const training = await lab.runs.fromSchedule(context);
    const { run } = training;
    const [before, after] = [training.before.registry, training.after.registry];
    const name = nameOf(run);
    const look = await lab.runs.look(training);
    expectEqual(`phase of ${name}`, run.status?.phase, "Succeeded", look);
    // By which Argo's page leads from a run to its training: its owner is the schedule.
    const label = "gourmetgram/training";
    expectEqual(`label ${label} of ${name}`, run.metadata.labels?.[label], name, look);

    // Its accuracy is left to chance, as in the course: either outcome is right, a mixture is not.
    const version = outputOf(run, "run-training", "model-version");
    const added = after.versions.filter(
      (each) => !before.versions.some((old) => old.version === each.version),
    );
    expectEqual(
      `versions that ${name} added, whose output model-version is "${version ?? ""}"`,
      added.map((each) => String(each.version)).join(", "),
      version ?? "",
      [...look, `the model registry before: ${stateText(before)}`, `after: ${stateText(after)}`],
    );
    const build = stepOf(run, "build-container")?.phase;
    const built = version !== undefined && version !== "";
    expect(built ? build === "Succeeded" : build === "Skipped" || build === "Omitted", {
      expected: `step build-container ${built ? "Succeeded" : "Skipped or Omitted"}`,
      seen: build ?? "no such step",
      look,
    });
    see(
      `${name} Succeeded: ${built ? `version ${version} registered, built and in staging` : "nothing registered or built"}`,
    );
  },
};
