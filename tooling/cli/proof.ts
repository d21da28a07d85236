import { type Command, Option } from "commander";
import type { BenchOptions } from "../bench/bench";
import { FAULTY_PART_NAMES, FAULTY_STEPS, INTERRUPTED } from "../bench/faults/parts";
import { PARTS } from "../bench/parts";
import type { TutorialOptions } from "../verify/tutorial/verify-tutorial";
import type { VerifyOptions } from "../verify/verify";
import { names, path, positiveInteger } from "./arguments";
import { withHelp, withJson } from "./declare";

/** What `verify` does instead of checking. */
interface SurveyOptions {
  readonly remember?: string;
  readonly compare?: string;
}

/** The commands that prove and measure a live lab. */
export function proofCommands(program: Command): void {
  const verify = program
    .command("verify")
    .description(
      "prove that a live lab works, from its outputs alone: trains, deploys, fails and restarts things",
    )
    .option("--only <names...>", "carry out these checks only")
    .option("--list", "name the checks and end")
    .option("--keep", "leave the workflows that were started, to look at them")
    .option("--screenshots <folder>", "write pictures of the pages there, as PNG", path)
    .option("--timeout <seconds>", "longest time that one check may take", positiveInteger, 900)
    .option("--remember <file>", "check nothing: note there what the lab holds, with digests", path)
    .option("--compare <file>", "check nothing: say what the lab has lost since then", path)
    .action(async ({ remember, compare, ...options }: VerifyOptions & SurveyOptions) => {
      if (remember !== undefined) return (await import("../verify/survey/compare.js")).remember(remember);
      if (compare !== undefined) return (await import("../verify/survey/compare.js")).compare(compare);
      return (await import("../verify/verify.js")).verify(options);
    });
  withHelp(withJson(verify), {
    notes:
      "What is trained stays in MLflow as versions of the model, and what served in staging last stays there; everything\n" +
      "else that was created is removed. Nobody else should train meanwhile: MLflow, its database and the lab's own registry\n" +
      "are stopped or restarted; after Ctrl+C they are started again first. Where nothing answers at the lab's addresses, it\n" +
      "is reached through the cluster's API. A check looks at the pages in Chromium: the one that GOURMETGRAM_CHROMIUM\n" +
      "names, or one on the PATH; as root on Debian, the package chromium is installed where there is none.\n" +
      "--remember and --compare read all of MLflow's artifacts and change nothing.",
    examples: ["verify", "verify -- --list", "-s verify -- --json --only training"],
    exit: {
      0: "all checks passed",
      1: "a check failed",
      2: "nothing was checked: wrong option, or the lab cannot be reached",
    },
  });

  const verifyClass = program
    .command("verify:class")
    .description("prove that the students of a live class are kept apart: each tries to reach another")
    .option("--students <names>", "these students, with commas between them", names)
    .option("--attacks", "have each also try on purpose what would harm the class")
    .action(async (options: { students?: string[]; attacks?: boolean }) =>
      (await import("../verify/isolation/verify-class.js")).verifyClass(options),
    );
  withHelp(withJson(verifyClass), {
    notes:
      "The class is the stack that GOURMETGRAM_STACK names (default embedded). Without --students, the first two are taken.\n" +
      "Each tries the next one, and the last one the first. Pods are created in their namespaces for a moment, with your own\n" +
      "rights, a few bytes are pushed to each one's image repository and removed, and a commit to a branch of each one's\n" +
      "training code: the run that this starts is removed too. Nothing else is changed: what would change something is asked\n" +
      "for as a dry run. With --attacks a suspended run of each is there for a moment, to tamper with.",
    examples: ["verify:class", "verify:class -- --students alice,bob --attacks"],
    exit: {
      0: "all as it must be",
      1: "something is not",
      2: "nothing was tried: wrong option, or the class cannot be reached",
    },
  });

  const verifyTutorial = program
    .command("verify:tutorial")
    .description(
      "run the commands of the tutorial as they are printed, and compare what one sees with the pages",
    )
    .option("--only <pages...>", "these pages only, for example triggers")
    .option("--list", "name the commands and end")
    .action(async (options: TutorialOptions) =>
      (await import("../verify/tutorial/verify-tutorial.js")).verifyTutorial(options),
    );
  withHelp(withJson(verifyTutorial), {
    notes:
      "It takes a lab at the addresses of the pages, which is that of the kind cluster on this machine. It trains, pushes to\n" +
      "both repositories and changes the schedule; branches and settings are put back at the end, and npm run up with them.\n" +
      "Runs and model versions stay. Nobody else should train meanwhile.",
    examples: ["verify:tutorial", "verify:tutorial -- --list", "verify:tutorial -- --only triggers"],
    exit: {
      0: "every command did what its page says",
      1: "one did not",
      2: "nothing was run: wrong option, or there is no lab at these addresses",
    },
  });

  const bench = program
    .command("bench")
    .description(
      "print how fast and how large the lab is, beside the targets; asserts nothing: machines differ",
    )
    .addOption(
      new Option(
        "--only <part...>",
        "measure these alone; pipeline takes minutes, class 20 minutes, faults an hour, soak an hour and more " +
          "(default: all but class, faults and soak)",
      ).choices(PARTS),
    )
    .option(
      "--write",
      "with class, faults and soak: put tables and picture into docs/reference; other rows stay",
    )
    .option(
      "--runs <number>",
      "how often each is repeated (default: 5, the pipeline 3, faults 1, a command that is killed 4)",
      positiveInteger,
    )
    .addOption(
      new Option("--parts <names...>", "with faults: kill these alone (default: all but disk)").choices(
        FAULTY_PART_NAMES,
      ),
    )
    .addOption(
      new Option("--steps <names...>", "with faults: while a run is in these (default: each)").choices(
        FAULTY_STEPS,
      ),
    )
    .addOption(
      new Option(
        "--interrupt <command>",
        "with faults: kill this command instead, at random moments, and give it again: up or down of the lab, whose data " +
          "down deletes, or class for class up with two students, which needs a cluster without a lab of its own",
      ).choices(INTERRUPTED),
    )
    .option("--sample <number>", "with faults: how many of them, chosen at random", positiveInteger)
    .option("--minutes <number>", "with soak: how long it takes (default: 60)", positiveInteger)
    .option(
      "--trainings <number>",
      "with soak: of all students together (default: one a minute)",
      positiveInteger,
    )
    .option(
      "--students <number>",
      "with soak: how many students of the class train (default: all)",
      positiveInteger,
    )
    .option(
      "--seed <number>",
      "with soak: the same number gives the same trainings and faults (default: random)",
      positiveInteger,
    )
    .action(async (options: BenchOptions) => (await import("../bench/bench.js")).bench(options));
  withHelp(withJson(bench), {
    notes:
      "The part faults kills parts of the lab on the kind cluster in the middle of training runs: nobody else should train\n" +
      "meanwhile. Each part takes a run, in which it is killed in each of its steps, and more where a run fails. A part's data is\n" +
      "left alone, and Ctrl+C puts back what was stopped. --parts disk fills the disk of the nodes, and is refused\n" +
      "unless that is a small file system of its own. The part soak kills parts of a class that is up, while its students train,\n" +
      "and checks how each training ended. Ctrl+C ends it and prints what was seen.",
    examples: [
      "bench",
      "bench -- --only proof preview",
      "bench -- --only faults --parts mlflow postgres --steps build-image",
      "bench -- --only soak --minutes 10 --students 2",
    ],
  });
}
