import { Argument, type Command, Option } from "commander";
import type { DoctorOptions } from "./commands/doctor";
import type { DownOptions } from "./commands/lab/down";
import type { TrainOptions } from "./commands/lab/train";
import type { UpOptions } from "./commands/lab/up";
import { PAGE_NAMES, type PageName } from "../live/addresses/lab-pages";
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from "../live/workflows/scenarios";
import { accuracy, positiveInteger } from "./arguments";
import { withHelp, withJson } from "./declare";

const online = (): Option =>
  new Option("--online", "pull images and download the engine, without looking whether that works").conflicts(
    "offline",
  );
const offline = (): Option =>
  new Option("--offline", "build images and the engine here, from package registries alone");

/** The commands for a lab of one person. */
export function labCommands(program: Command): void {
  const up = program
    .command("up")
    .description("stand up the lab: on the embedded cluster unless the stack names a cluster of its own")
    .option("--dry-run", "say what would be done, and change nothing")
    .option("--expect-no-changes", "fail if the stack would have to be changed")
    .option("--cluster-only", "stop before the stack: prepare the engine and the cluster")
    .option(
      "--renew-certificates",
      "renew the embedded cluster's certificates, though they have long to go; its data stays",
    )
    .addOption(online())
    .addOption(offline())
    .action(async (options: UpOptions) => {
      const { withLockUnless } = await import("../machine/lock.js");
      await withLockUnless(options.dryRun, async () => (await import("./commands/lab/up.js")).up(options));
    });
  withHelp(withJson(up), {
    notes: "What is there already is left as it is: an interrupted run continues where it ended.",
    examples: ["up", "up -- --dry-run", "up -- --offline"],
  });

  const down = program
    .command("down")
    .description("destroy the stack and the embedded cluster; the cache of built programs stays")
    .option("--dry-run", "say what would be removed, and change nothing")
    .option(
      "--force",
      "also delete what others have on the embedded cluster, such as a class, and the data that keepData keeps there",
    )
    .option("--yes", "do not ask")
    .action(async (options: DownOptions) => {
      const { withLockUnless } = await import("../machine/lock.js");
      await withLockUnless(options.dryRun, async () => {
        await (await import("./commands/lab/confirm-down.js")).confirmDown(options);
        await (await import("./commands/lab/down.js")).down(options);
      });
    });
  withHelp(withJson(down), {
    notes: "It asks on the terminal before it deletes anything; without a terminal it needs --yes.",
    examples: ["down", "down -- --dry-run", "down -- --yes"],
  });

  const train = program
    .command("train")
    .description("train a model and follow it until it serves in staging, or report why it does not")
    .addOption(
      new Option("--scenario <name>", "what kind of model is trained")
        .choices(SCENARIO_NAMES)
        .default("normal" satisfies ScenarioName),
    )
    .option("--accuracy <number>", "what the accuracy test finds: 0 to 1, or random", accuracy)
    .option("--branch <name>", "train with the newest commit of this branch of the training code")
    .option("--commit <hash>", "train with this commit of the training code, in full")
    .addOption(
      new Option("--follow [run]", "follow this run, and submit none").default(true, "the one submitted"),
    )
    .option("--no-follow", "submit the run and end")
    .option("--timeout <seconds>", "stop following after this time; the run continues", positiveInteger)
    .action(async (options: TrainOptions) => (await import("./commands/lab/train.js")).train(options));
  const scenarios = SCENARIO_NAMES.map(
    (name) => `  ${name.padEnd(17)} a model that ${SCENARIOS[name].model}: ${SCENARIOS[name].outcome}`,
  );
  withHelp(withJson(train), {
    notes: `Scenarios:\n${scenarios.join("\n")}\n\nCtrl+C stops following; the run continues.`,
    examples: ["train", "train -- --branch mlops", "train -- --follow train-model-x7k2p"],
    exit: {
      0: "the model serves in staging; with --no-follow, the run is submitted",
      1: "the run failed",
      2: "nothing was submitted: wrong option, or the lab cannot be reached",
      3: "the accuracy gate stopped the run before anything was built",
      4: "timed out while following; the run continues",
    },
  });

  const open = program
    .command("open")
    .description(
      "print where the lab's pages are; a page that is named is opened too, where there is a desktop",
    )
    .addArgument(new Argument("[page]", "the page").choices(PAGE_NAMES))
    .action(async (page?: PageName) => (await import("./commands/lab/open.js")).open(page));
  withHelp(withJson(open), {
    notes:
      "Where nothing answers at an address, as on clusters whose node ports are not reachable from here, the page is reached\n" +
      "through the cluster's API: the command then continues until Ctrl+C. With --json it ends at once, opens nothing, and\n" +
      '"answers" and "service" of each page tell whether a port-forward is needed, and to what.',
    examples: ["open", "open -- staging", "-s open -- --json"],
  });

  const status = program
    .command("status")
    .description("show what runs and where it is reached, or how far the last training has come")
    .option("--last", "show the last delivery: code, run, model version, image, and what serves in staging")
    .action(async ({ last }: { last?: boolean }) =>
      last === true
        ? (await import("./commands/lab/last-delivery.js")).lastDelivery()
        : (await import("./commands/lab/status.js")).status(),
    );
  withHelp(withJson(status), {
    notes:
      "With --last, Argo, MLflow and staging are asked what they know now; a part that does not answer is named.",
    examples: ["status", "status -- --last", "-s status -- --last --json"],
    exit: {
      0: "the lab is up; with --last, everything has answered, however the run has ended",
      1: "the lab is not up; with --last, or a part of it did not answer",
    },
  });

  const doctor = program
    .command("doctor")
    .description("check that this machine can hold the lab; changes nothing")
    .addOption(online())
    .addOption(offline())
    .action(async (options: DoctorOptions) => (await import("./commands/doctor.js")).doctor(options));
  withHelp(withJson(doctor), {
    examples: ["doctor", "doctor -- --offline"],
    exit: { 0: "nothing is in the way", 1: "something is" },
  });

  const audit = program
    .command("audit")
    .description("list what the embedded lab has in Docker and outside its cache; fails if anything is left")
    .action(async () => (await import("./commands/audit.js")).auditMachine());
  withHelp(withJson(audit), {
    examples: ["audit", "-s audit -- --json"],
    exit: { 0: "nothing is left", 1: "something is" },
  });
}
